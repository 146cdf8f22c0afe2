import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { slow } from '../world/conducts.js';
import type { Instance } from '../world/instance.js';

const ROUNDS = 4;

export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  title: 'rolling restart under load: nothing is lost, nothing is sent twice',
  async run({ hooks, publisher, tally, ...site }) {
    const instances: Instance[] = [await site.start(), await site.start()];
    const [first] = instances;
    if (!first) return;
    await site.webhook(first, 'slow', 'a.b');
    hooks.conduct('slow', slow(50));
    const load = publisher.load(['a.b'], 150);
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(300);
      instances.push(await site.start());
      const oldest = instances.shift();
      tally.fault();
      oldest?.signal('SIGTERM');
      const code = await oldest?.ended;
      if (code !== 0) throw new ScenarioFailure(`an instance that was asked to stop ended with ${code}`);
    }
    tally.healed();
    await load.stop();
  },
};
