import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { slow } from '../world/conducts.js';

export const stalled: Scenario = {
  name: 'stalled',
  title: 'an instance stalled (SIGSTOP) for longer than until it is declared dead, then continued',
  mayLose: ['core'],
  isDeadly: true,
  async run({ hooks, plan, publisher, tally, ...site }) {
    const [sleeper] = [await site.start(), await site.start()];
    await site.webhook(sleeper, 'slow', 'a.b');
    hooks.conduct('slow', slow(50));
    const load = publisher.load(['a.b'], 100);
    await until(() => hooks.unanswered >= 4, 'requests under way');
    tally.interruption();
    sleeper.signal('SIGSTOP');
    await sleep(plan.stallMs);
    sleeper.signal('SIGCONT');
    tally.healed();
    const knows = () => sleeper.lines.some((line) => line.includes('"instance.declared_dead"'));
    await until(knows, 'the stalled instance knows that it was declared dead');
    await load.stop();
    if (!sleeper.isAlive) throw new ScenarioFailure('the stalled instance ended when it continued');
  },
};
