import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

const ROUNDS = 3;
const DOWN_MS = 300;
const UP_MS = 1200;

export const natsRestarted: Scenario = {
  name: 'nats-restarted',
  title: 'nats-server restarted again and again',
  mayLose: ['core', 'jetstream'],
  async run({ broker, publisher, tally, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    const load = publisher.load(['a.b'], 100);
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(UP_MS);
      tally.fault();
      await broker.halt();
      await sleep(DOWN_MS);
      await broker.start();
      tally.healed();
    }
    await sleep(UP_MS);
    await load.stop();
  },
};
