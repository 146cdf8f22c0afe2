import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { slow } from '../world/conducts.js';

const ROUNDS = 3;
/** The minimum number of messages that arrive between two kills. */
const BETWEEN = 40;

export const killMidPost: Scenario = {
  name: 'kill-mid-post',
  title: 'kill -9 in the middle of a POST',
  mayLose: ['core'],
  isDeadly: true,
  async run({ hooks, publisher, tally, ...site }) {
    let instance = await site.start();
    await site.webhook(instance, 'slow', 'a.b');
    hooks.conduct('slow', slow(100));
    const load = publisher.load(['a.b'], 50);
    for (let round = 0; round < ROUNDS; round++) {
      const isBusy = () => hooks.unanswered >= 5 && hooks.arrivals.length > (round + 1) * BETWEEN;
      await until(isBusy, 'requests under way');
      tally.interruption();
      await instance.kill();
      instance = await site.start();
    }
    tally.healed();
    await load.stop();
  },
};
