import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

export const halfOpenNats: Scenario = {
  name: 'half-open-nats',
  title: 'the connection to NATS becomes half-open: noticed by pings',
  mayLose: ['core'],
  async run({ publisher, tally, toNats, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    await publisher.burst('a.b', 20);
    const load = publisher.load(['a.b'], 20);
    await sleep(500);
    tally.fault();
    toNats.abandon();
    tally.healed();
    await sleep(2000);
    await load.stop();
  },
};
