import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { startWire } from '../wire.js';
import { slow } from '../world/conducts.js';

/** This is less than `INSTANCE_TIMEOUT`, which is 30 s by default. */
const AWAY_MS = 20_000;

export const stoppedAndCutOff: Scenario = {
  name: 'stopped-and-cut-off',
  title:
    'one instance stopped and another cut off from PostgreSQL, each for 20 s: neither is declared dead, nothing arrives twice',
  async run({ cluster, endings, hooks, publisher, tally, ...site }) {
    const wire = await startWire(cluster.port);
    endings.add(() => wire.stop());
    const witness = await site.start();
    const stopped = await site.start();
    const cutOff = await site.start({ env: { HUKZ_DATABASE_PORT: String(wire.port) } });
    await site.webhook(witness, 'slow', 'a.b');
    hooks.conduct('slow', slow(50));
    const load = publisher.load(['a.b'], 30);
    await until(() => hooks.arrivals.length > 30, 'a load that runs');
    tally.fault();
    stopped.signal('SIGSTOP');
    tally.fault();
    wire.refuse();
    await sleep(AWAY_MS);
    stopped.signal('SIGCONT');
    wire.pass();
    tally.healed();
    await load.stop();
    const instances = [witness, stopped, cutOff];
    await until(async () => {
      const problems = await Promise.all(instances.map((each) => each.problems()));
      return problems.every((each) => each === undefined);
    }, 'all ready again');
    const lines = instances.flatMap((each) => each.lines);
    const burial = lines.find((line) => /"instance\.(buried|declared_dead)"/.test(line));
    if (burial) throw new ScenarioFailure(`a living instance was declared dead: ${burial}`);
  },
};
