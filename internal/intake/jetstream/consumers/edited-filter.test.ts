import { describe, expect, it } from '@jest/globals';
import type { ConsumerInfo } from 'nats';
import { upTo, useStreamKit } from '../../../testkit/kits/use-stream-kit.js';

const kit = useStreamKit();

const consumerOf = async (stream: string): Promise<ConsumerInfo> => {
  const [info] = await kit.jsm.consumers.list(stream).next();
  if (!info) throw new Error(`${stream} has no consumer`);
  return info;
};
const register = async (event: string) => {
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event(event)]);
};
const editFilter = async ({ stream_name, name, config }: ConsumerInfo) => {
  await kit.jsm.consumers.update(stream_name, name, { ...config, filter_subject: 'order.x' });
};
const forget = () => kit.ledger.query('delete from stream_positions');

describe('a consumer whose filter others changed while hukz was away begins', () => {
  it.each([
    ['with what it had not acknowledged, where the database has its position', async () => undefined],
    ['there too, where the database has no position', forget],
  ])(
    '%s',
    async (_, lose) => {
      await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
      await kit.publish('order.made', 1000, 1005);
      await register('order.made');
      await kit.stop();
      await kit.publish('order.made', 0, 20);
      await editFilter(await consumerOf('ORDERS'));
      await lose();
      const apps = await Promise.all([kit.start(), kit.start()]);
      await kit.receiver.waitFor(20, 15_000);
      await kit.acknowledged('ORDERS', (await consumerOf('ORDERS')).name);
      expect(kit.numbers()).toEqual(upTo(20));
      for (const app of apps) expect((await app.api.get('/health/ready')).body.degraded ?? []).toEqual([]);
    },
    40_000,
  );

  it('behind its acknowledgements, though it has skipped what the other filter does not let through', async () => {
    await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
    await register('order.made');
    await kit.publish('order.made', 0, 5);
    await kit.receiver.waitFor(5);
    const { name } = await consumerOf('ORDERS');
    await kit.acknowledged('ORDERS', name);
    await kit.stop();
    await kit.publish('order.made', 5, 20);
    await kit.publish('order.x', 0, 1);
    await editFilter(await consumerOf('ORDERS'));
    await forget();
    await kit.start();
    await kit.receiver.waitFor(20, 15_000);
    expect(kit.numbers()).toEqual(upTo(20));
  });
});
