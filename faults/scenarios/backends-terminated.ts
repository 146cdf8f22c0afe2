import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

const ROUNDS = 20;
const EVERY_MS = 150;

export const backendsTerminated: Scenario = {
  name: 'backends-terminated',
  title: 'backends of PostgreSQL terminated in a loop',
  async run({ cluster, publisher, tally, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    const load = publisher.load(['a.b'], 200);
    for (let round = 0; round < ROUNDS; round++) {
      tally.fault();
      await cluster.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'hukz%'");
      await sleep(EVERY_MS);
    }
    tally.healed();
    await load.stop();
  },
};
