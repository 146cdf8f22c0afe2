import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../../local/nats-server.js';
import { eventually } from '../../testkit/eventually.js';
import { startTestApp, type TestApp } from '../../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../../testkit/servers/receiver.js';
import { requestReceipt } from '../../testkit/servers/request-receipt.js';
import { startTestNats } from '../../testkit/servers/test-nats.js';

let database: TestDatabase;
let server: NatsServer;
let nats: NatsConnection;
let hukz: TestApp;
let receiver: Receiver;

beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startTestNats();
  nats = await connect({ servers: server.url });
  receiver = await startReceiver();
  hukz = await startTestApp(
    { database, natsUrl: server.url },
    {
      HUKZ_DELIVERY_EVENTS: 'on',
      HUKZ_RETRY_SCHEDULE: '50ms',
      HUKZ_ALLOW_ALL_SUBJECTS: 'true',
    },
  );
});
afterAll(async () => {
  await nats.close();
  await hukz.stop();
  await receiver.stop();
  await server.stop();
  await database.drop();
});

it('delivery events are published on subjects that never trigger a webhook', async () => {
  const told: { subject: string; body: Record<string, unknown> }[] = [];
  nats.subscribe('hukz.result.>', {
    callback: (_error, message) => void told.push({ subject: message.subject, body: message.json() }),
  });
  // The wildcards also cover the delivery events. If delivery events were accepted as messages, each would cause
  // another one.
  const events = [await hukz.api.event('a.b'), await hukz.api.event('hukz.>'), await hukz.api.event('*.result.*.*.*')];
  const id = await hukz.api.webhook(receiver.url, events, { space_id: 7 });
  const kinds = () => told.map(({ subject }) => subject);
  const publishAnd = async (status: number, expected: readonly string[]) => {
    told.length = 0;
    receiver.behave({ status });
    await requestReceipt(nats, { subject: 'a.b', payload: '{}' });
    await eventually(() => told.length >= expected.length, { what: `${expected.length} results` });
    expect(kinds()).toEqual(expected.map((kind) => `hukz.result.7.${id}.${kind}`));
  };
  await publishAnd(200, ['delivered']);
  expect(told[0]?.body).toMatchObject({
    type: 'delivered',
    webhook_id: id,
    space_id: 7,
    event: 'a.b',
    attempt: 1,
    status: 200,
  });
  await publishAnd(500, ['failed', 'dead']);
  expect(told[1]?.body).toMatchObject({ because: 'exhausted', attempt: 2, error: 'answered 500' });
  await publishAnd(410, ['dead', 'disabled']);
  expect(receiver.requests).toHaveLength(4);
  const { body } = await hukz.api.post('/events', { name: 'x', event: 'hukz.result.>' });
  expect(body.errors[0]).toMatchObject({ code: 422, source: 'event' });
});
