import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { eventually } from '../../../testkit/eventually.js';
import { metric } from '../../../testkit/kits/use-stream-kit.js';
import { useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

const numbers = () =>
  kit.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const SOON = { timeoutMs: 30_000 };

/** Blocks every commit of messages. Returns a function that ends the block. */
async function stopCommits(): Promise<() => Promise<void>> {
  const client = new Client(kit.database.connection);
  await client.connect();
  await client.query('begin; lock table messages in access exclusive mode');
  return () => client.end();
}

/** Deletes the wider event while twenty messages are in the stream, five of them pulled by an instance. */
async function deleteWiderEvent(): Promise<() => Promise<void>> {
  await kit.serve();
  await kit.stream('ORDERS');
  const app = await kit.start({ HUKZ_MAX_ACK_PENDING: '5', HUKZ_SHUTDOWN_GRACE: '1s' });
  const wide = await app.api.event('orders.*');
  await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
  const goOn = await stopCommits();
  await kit.publish('orders.made', 20);
  const isFull = async () => {
    const [consumer] = await kit.jsm.consumers.list('ORDERS').next();
    return consumer?.num_ack_pending === 5;
  };
  await eventually(isFull, { what: 'five messages in hand', ...SOON });
  const isLookedAt = async () => (await metric(app, 'hukz_stream_pending')) === 15;
  await eventually(isLookedAt, { what: 'a look at what waits', ...SOON });
  expect((await app.api.delete(`/events/${wide}`)).status).toBe(200);
  await kit.publish('orders.made', 5, 20);
  return goOn;
}

describe('what waits in a stream of others when a wider event is deleted is delivered for the event that remains', () => {
  it('by the instances that run', async () => {
    const goOn = await deleteWiderEvent();
    await goOn();
    await kit.receiver.waitFor(25, 30_000);
    expect(numbers()).toEqual(upTo(25));
  });

  it('also when all instances stop before it is read', async () => {
    const goOn = await deleteWiderEvent();
    await kit.stopLast();
    await goOn();
    await kit.start();
    await kit.receiver.waitFor(25, 30_000);
    expect(numbers()).toEqual(upTo(25));
    const isAlone = async () => (await kit.jsm.streams.info('ORDERS')).state.consumer_count === 1;
    await eventually(isAlone, { what: 'the consumer of the event that remains alone', ...SOON });
  });
});
