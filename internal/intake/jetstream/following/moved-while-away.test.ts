import { expect, it } from '@jest/globals';
import { RetentionPolicy } from 'nats';
import { eventually } from '../../../testkit/eventually.js';
import { newerNatsServer } from '../../../testkit/servers/newer-nats.js';
import { linesOf, readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

const edit = async (name: string, subjects: string[]) => {
  const { config } = await kit.jsm.streams.info(name);
  await kit.jsm.streams.update(name, { ...config, subjects });
};

const numbers = () =>
  kit.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n as number).sort((a, b) => a - b);
const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

it('subjects that are moved to streams of others while no instance runs are read there, and the rest where they were', async () => {
  await kit.serve();
  await kit.stream('ORDERS');
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event('a.b'), await app.api.event('orders.made')]);
  await kit.publish('a.b', 5);
  await kit.publish('orders.made', 5, 100);
  await kit.receiver.waitFor(10, 10_000);
  await kit.stopLast();
  await kit.publish('a.b', 5, 50);
  await kit.publish('orders.made', 5, 200);
  await edit('HUKZ', ['nothing.of.us']);
  await edit('ORDERS', ['a.b', 'x.orders']);
  await kit.stream('ORDERS2', { subjects: ['orders.>'] });
  await kit.publish('a.b', 10, 5);
  await kit.publish('orders.made', 5, 300);
  const again = await kit.start();
  await kit.receiver.waitFor(35, 20_000);
  expect(numbers()).toEqual([...from(0, 15), ...from(50, 5), ...from(100, 5), ...from(200, 5), ...from(300, 5)]);
  const moved = linesOf(again, 'event.moved').map(({ fields }) => fields);
  expect(moved).toEqual(
    expect.arrayContaining([
      { event: 'a.b', from: 'our own stream', to: 'ORDERS' },
      { event: 'orders.made', from: 'ORDERS', to: 'ORDERS2' },
    ]),
  );
  const isOver = async () => (await readinessOf(again)).degraded.length === 0;
  await eventually(isOver, { what: 'nothing degraded', timeoutMs: 20_000 });
});

it('a subject that is taken out of a stream of others while no instance runs: the rest in it is read', async () => {
  await kit.serve();
  await kit.stream('ORDERS');
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
  await kit.publish('orders.made', 5);
  await kit.receiver.waitFor(5, 10_000);
  await kit.stopLast();
  await kit.publish('orders.made', 5, 5);
  await edit('ORDERS', ['x.orders']);
  await kit.start();
  await kit.publish('orders.made', 5, 10);
  await kit.receiver.waitFor(15, 20_000);
  expect(numbers()).toEqual(from(0, 15));
});

it('a new event of a stream that hukz has not read begins with new messages, as the settings say', async () => {
  await kit.serve();
  const app = await kit.start();
  await app.api.event('a.b');
  await kit.stream('ORDERS');
  await kit.publish('orders.made', 5, -5);
  await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
  await kit.publish('orders.made', 5);
  await kit.receiver.waitFor(5, 10_000);
  expect(numbers()).toEqual(from(0, 5));
});

const newer = newerNatsServer();

(newer ? it : it.skip)(
  'a stream of others that gets interest retention while no instance runs: the rest in it is read, and nothing is kept there for us',
  async () => {
    await kit.serve('', newer);
    await kit.stream('ORDERS');
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
    await kit.publish('orders.made', 5);
    await kit.receiver.waitFor(5, 10_000);
    await kit.stopLast();
    await kit.publish('orders.made', 5, 5);
    const { config } = await kit.jsm.streams.info('ORDERS');
    await kit.jsm.streams.update('ORDERS', Object.assign(config, { retention: RetentionPolicy.Interest }));
    const again = await kit.start();
    await kit.receiver.waitFor(10, 20_000);
    expect(numbers()).toEqual(from(0, 10));
    const isLeft = async () => (await kit.jsm.streams.info('ORDERS')).state.consumer_count === 0;
    await eventually(isLeft, { what: 'no consumer of ours at the stream', timeoutMs: 30_000 });
    expect((await readinessOf(again)).degraded).toMatchObject([{ event: 'orders.made', reason: 'stream_unsuitable' }]);
  },
  90_000,
);
