import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

export const natsAbsent: Scenario = {
  name: 'nats-absent',
  title: 'NATS absent at start: waited for',
  async run({ broker, publisher, tally, toNats, ...site }) {
    await broker.halt();
    tally.fault();
    const starting = site.start();
    await until(() => toNats.taken > 1, 'it tried to connect');
    await broker.start();
    tally.healed();
    const instance = await starting;
    const isReady = async () => (await instance.problems()) === undefined;
    await until(isReady, 'ready once NATS is there');
    await site.webhook(instance, 'fine', 'a.b');
    await publisher.burst('a.b', 50);
  },
};
