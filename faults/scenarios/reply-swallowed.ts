import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

const ROUNDS = 15;
const EVERY_MS = 200;

export const replySwallowed: Scenario = {
  name: 'reply-swallowed',
  title: 'PostgreSQL commits, its reply is swallowed and the connection cut: nothing is stored twice',
  async run({ publisher, tally, toDatabase, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    const load = publisher.load(['a.b'], 200);
    for (let round = 0; round < ROUNDS; round++) {
      tally.fault();
      toDatabase.swallowReplies();
      await sleep(EVERY_MS);
    }
    tally.healed();
    await load.stop();
  },
};
