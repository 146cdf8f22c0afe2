import { expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import { newerNatsServer } from '../../../testkit/servers/newer-nats.js';
import { linesOf, readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

const numbers = () =>
  kit.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const SOON = { timeoutMs: 30_000 };

/** Waits for a look at the streams: a subject that was removed from our stream is in it again after the look. */
async function untilLookedAt(): Promise<void> {
  const { config } = await kit.jsm.streams.info('HUKZ');
  await kit.jsm.streams.update('HUKZ', { ...config, subjects: ['orders.made'] });
  const isBack = async () => (await kit.jsm.streams.info('HUKZ')).config.subjects.includes('a.b');
  await eventually(isBack, { what: 'the subject that was taken out', ...SOON });
}

const newer = newerNatsServer();

(newer ? it : it.skip)(
  'what is left in the former stream of a subject is told while it cannot be read, and read after that',
  async () => {
    await kit.serve('', newer);
    await kit.stream('ORDERS', { max_consumers: 1 });
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made'), await app.api.event('a.b')]);
    await kit.publish('orders.made', 5);
    await kit.receiver.waitFor(5, 10_000);
    const [ours] = await kit.jsm.consumers.list('ORDERS').next();
    await kit.jsm.consumers.delete('ORDERS', ours?.name ?? '');
    await kit.consumer('ORDERS', 'theirs');
    await kit.publish('orders.made', 5, 5);
    const { config } = await kit.jsm.streams.info('ORDERS');
    await kit.jsm.streams.update('ORDERS', { ...config, subjects: ['x.orders'] });
    const isMoved = async () => (await kit.jsm.streams.info('HUKZ')).config.subjects.includes('orders.made');
    await eventually(isMoved, { what: 'the subject in our stream', ...SOON });
    await kit.publish('orders.made', 5, 10);
    await kit.receiver.waitFor(10, 10_000);
    for (let look = 0; look < 2; look++) await untilLookedAt();
    const hit = { event: 'orders.made', reason: 'consumer_refused', problem: expect.stringContaining('max_consumers') };
    expect(await readinessOf(app)).toEqual({ status: 200, degraded: [hit], errors: undefined });
    await kit.jsm.consumers.delete('ORDERS', 'theirs');
    await kit.receiver.waitFor(15, 70_000);
    expect(numbers()).toEqual(upTo(15));
    await eventually(async () => (await readinessOf(app)).degraded.length === 0, { what: 'the end of it', ...SOON });
  },
  180_000,
);

it('a consumer in whose place a wider event is read is removed once it is empty, and is not read after a restart', async () => {
  await kit.serve();
  await kit.stream('ORDERS');
  const app = await kit.start();
  const made = await app.api.event('orders.made');
  await app.api.webhook(kit.receiver.url, [made]);
  await kit.publish('orders.made', 5);
  await kit.receiver.waitFor(5, 10_000);
  const other = await kit.start();
  await app.api.event('orders.*');
  await kit.publish('orders.made', 5, 5);
  const isAlone = async () => (await kit.jsm.streams.info('ORDERS')).state.consumer_count === 1;
  await eventually(isAlone, { what: 'the consumer of the wider event alone', ...SOON });
  await kit.publish('orders.made', 5, 10);
  await kit.receiver.waitFor(15, 10_000);
  for (const one of [app, other]) {
    const isOver = async () => (await readinessOf(one)).degraded.length === 0;
    await eventually(isOver, { what: 'nothing degraded', ...SOON });
    expect(linesOf(one, 'stream.consumer_lost')).toEqual([]);
  }
  await kit.stopLast();
  await kit.stopLast();
  const again = await kit.start();
  await kit.publish('orders.made', 5, 15);
  await kit.receiver.waitFor(20, 10_000);
  expect(numbers()).toEqual(upTo(20));
  expect(linesOf(again, 'stream.read').map(({ fields }) => fields.filter)).toEqual(['orders.*']);
});
