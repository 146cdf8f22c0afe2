import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../internal/testkit/eventually.js';
import { slow } from '../conducts.js';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';

export const stalled: Scenario = {
  name: 'stalled',
  title: 'an event loop stalled beyond its own death (SIGSTOP), then awake again',
  mayLose: ['core'],
  async run({ hooks, plan, publisher, tally, ...site }) {
    const [sleeper] = [await site.start(), await site.start()];
    await site.webhook(sleeper, 'slow', 'a.b');
    hooks.conduct('slow', slow(50));
    const load = publisher.load(['a.b'], 100);
    await eventually(() => hooks.unanswered >= 4, { what: 'requests under way' });
    tally.interruption();
    sleeper.signal('SIGSTOP');
    await sleep(plan.stallMs);
    sleeper.signal('SIGCONT');
    tally.healed();
    const knows = () => sleeper.lines.some((line) => line.includes('"instance.declared_dead"'));
    const timeoutMs = 5000 + plan.instanceTimeoutMs / 3;
    await eventually(knows, { what: 'the sleeper knows that it was declared dead', timeoutMs });
    await load.stop();
    if (!sleeper.isAlive) throw new ScenarioFailure('the sleeper ended when it woke');
  },
};
