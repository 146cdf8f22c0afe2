import { describe, expect, it } from '@jest/globals';
import { openLedger } from '../../../testkit/account.js';
import { eventually } from '../../../testkit/eventually.js';
import type { TestApp } from '../../../testkit/kits/test-app.js';
import { linesOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

const numbers = () =>
  kit.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n as number).sort((a, b) => a - b);
const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);
const SOON = { timeoutMs: 30_000 };

/** Registers the event with a webhook. Returns a function that deletes both. */
async function register(app: TestApp, event: string): Promise<() => Promise<void>> {
  const id = await app.api.event(event);
  const webhook = await app.api.webhook(kit.receiver.url, [id]);
  return async () => {
    expect((await app.api.delete(`/webhooks/${webhook}`)).status).toBe(200);
    expect((await app.api.delete(`/events/${id}`)).status).toBe(200);
  };
}

const onlyConsumer = async (stream: string) => {
  const [info] = await kit.jsm.consumers.list(stream).next();
  if (!info) throw new Error(`${stream} has no consumer`);
  return info;
};
const consumersOf = async (stream: string) => (await kit.jsm.streams.info(stream)).state.consumer_count;

async function rowsOf(stream: string): Promise<number> {
  const ledger = await openLedger(kit.database);
  try {
    return (await ledger.query(`select from stream_positions where stream = '${stream}'`)).length;
  } finally {
    await ledger.close();
  }
}

const untilRemoved = (stream: string) =>
  eventually(async () => (await consumersOf(stream)) === 0 && (await rowsOf(stream)) === 0, {
    what: `no consumer of ours at ${stream}, and no row of one`,
    ...SOON,
  });

describe('the consumer of a deleted event in a stream of others', () => {
  it('is removed, and the event begins with new messages when it is registered again', async () => {
    await kit.serve();
    await kit.stream('ORDERS');
    const apps = [await kit.start(), await kit.start()] as const;
    const unregister = await register(apps[0], 'orders.made');
    await kit.publish('orders.made', 5);
    await kit.receiver.waitFor(5, 10_000);
    await unregister();
    await untilRemoved('ORDERS');
    await kit.publish('orders.made', 5, 5);
    await register(apps[1], 'orders.made');
    await kit.publish('orders.made', 5, 10);
    await kit.receiver.waitFor(10, 10_000);
    expect(numbers()).toEqual([...from(0, 5), ...from(10, 5)]);
    expect(apps.flatMap((app) => linesOf(app, 'stream.consumer_removed'))).toHaveLength(1);
    expect(apps.flatMap((app) => linesOf(app, 'stream.consumer_lost'))).toEqual([]);
  });

  it('is removed by the next start where all instances stopped before', async () => {
    await kit.serve();
    await kit.stream('ORDERS');
    const unregister = await register(await kit.start(), 'orders.made');
    await unregister();
    await kit.stopLast();
    expect(await consumersOf('ORDERS')).toBe(1);
    await kit.start();
    await untilRemoved('ORDERS');
  });

  it('stays with DELIVER_POLICY=all: the event, registered again, goes on where it was', async () => {
    await kit.serve();
    await kit.stream('ORDERS');
    await kit.stream('OTHERS');
    const app = await kit.start({ HUKZ_DELIVER_POLICY: 'all' });
    const unregister = await register(app, 'orders.made');
    await kit.publish('orders.made', 5);
    const unregisterOther = await register(app, 'others.made');
    await kit.receiver.waitFor(5, 10_000);
    await unregister();
    await unregisterOther();
    await kit.jsm.streams.delete('OTHERS');
    await eventually(async () => (await rowsOf('OTHERS')) === 0, { what: 'no row of a stream that is gone', ...SOON });
    const { created } = await onlyConsumer('ORDERS');
    await kit.publish('orders.made', 5, 5);
    await register(app, 'orders.made');
    await kit.publish('orders.made', 5, 10);
    await kit.receiver.waitFor(10, 10_000);
    const isRead = async () => (await onlyConsumer('ORDERS')).ack_floor.stream_seq === 15;
    await eventually(isRead, { what: 'everything acknowledged', ...SOON });
    expect((await onlyConsumer('ORDERS')).created).toBe(created);
  });
});
