import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { eventually } from '../../testkit/eventually.js';
import { useConfiguredNats } from '../../testkit/use-configured-nats.js';

const kit = useConfiguredNats();

const numbers = () =>
  kit.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const SOON = { timeoutMs: 30_000 };

/** Holds up every commit of messages until it is told to go on. */
async function stopCommits(): Promise<() => Promise<void>> {
  const client = new Client(kit.database.connection);
  await client.connect();
  await client.query('begin; lock table messages in access exclusive mode');
  return () => client.end();
}

it('what waits in a stream of others when a wider event is deleted is delivered for the event that remains', async () => {
  await kit.serve();
  await kit.stream('ORDERS');
  const app = await kit.start({ HUKZ_MAX_ACK_PENDING: '5' });
  const wide = await app.api.event('orders.*');
  await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
  const goOn = await stopCommits();
  await kit.publish('orders.made', 20);
  const isFull = async () => {
    const [consumer] = await kit.jsm.consumers.list('ORDERS').next();
    return consumer?.num_ack_pending === 5;
  };
  await eventually(isFull, { what: 'five messages in hand', ...SOON });
  expect((await app.api.delete(`/events/${wide}`)).status).toBe(200);
  await kit.publish('orders.made', 5, 20);
  await goOn();
  await kit.receiver.waitFor(25, 30_000);
  expect(numbers()).toEqual(upTo(25));
}, 60_000);
