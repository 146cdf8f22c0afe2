import { eventually } from '../../internal/testkit/eventually.js';
import type { Scenario } from '../scenario.js';

export const natsAbsent: Scenario = {
  name: 'nats-absent',
  title: 'NATS absent at start: waited for',
  async run({ broker, publisher, tally, toNats, ...site }) {
    await broker.halt();
    tally.fault();
    const starting = site.start();
    await eventually(() => toNats.taken > 1, { what: 'it tried to connect', timeoutMs: 20_000 });
    await broker.start();
    tally.healed();
    const instance = await starting;
    const isReady = async () => (await instance.problems()) === undefined;
    await eventually(isReady, { what: 'ready once NATS is there', timeoutMs: 15_000 });
    await site.webhook(instance, 'fine', 'a.b');
    await publisher.burst('a.b', 50);
  },
};
