import { eventually } from '../../internal/testkit/eventually.js';
import { slow } from '../conducts.js';
import type { Scenario } from '../scenario.js';

const ROUNDS = 3;
/** Messages that arrive between two kills, at least. */
const BETWEEN = 60;

export const killMidPost: Scenario = {
  name: 'kill-mid-post',
  title: 'kill -9 in the middle of a POST',
  mayLose: ['core'],
  async run({ hooks, publisher, tally, ...site }) {
    let instance = await site.start();
    await site.webhook(instance, 'slow', 'a.b');
    hooks.conduct('slow', slow(100));
    const load = publisher.load(['a.b'], 100);
    for (let round = 0; round < ROUNDS; round++) {
      const isBusy = () => hooks.unanswered >= 5 && hooks.arrivals.length > (round + 1) * BETWEEN;
      await eventually(isBusy, { what: 'requests under way', timeoutMs: 20_000 });
      tally.interruption();
      await instance.kill();
      instance = await site.start();
    }
    tally.healed();
    await load.stop();
  },
};
