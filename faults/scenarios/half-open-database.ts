import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

export const halfOpenDatabase: Scenario = {
  name: 'half-open-database',
  title: 'connections to PostgreSQL become half-open: noticed within the time limit of a query',
  async run({ publisher, tally, toDatabase, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    await publisher.burst('a.b', 20);
    const load = publisher.load(['a.b'], 20);
    await sleep(500);
    tally.fault();
    toDatabase.abandon();
    tally.healed();
    await sleep(2000);
    await load.stop();
  },
};
