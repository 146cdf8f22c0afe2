import { describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import { openLedger } from '../testkit/account.js';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { metric, useStreamKit } from '../testkit/kits/use-stream-kit.js';
import type { ReceivedRequest } from '../testkit/servers/receiver.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit({ HUKZ_RETRY_SCHEDULE: '50ms' });
let events = 0;

const headersOf = (words: Readonly<Record<string, string>>) => {
  const headers = natsHeaders();
  for (const [name, value] of Object.entries(words)) headers.set(name, value);
  return headers;
};
/** A webhook on an event of its own. */
const make = async (settings: object = {}) => {
  const subject = `delayed.${++events}`;
  const eventId = await kit.hukz.api.event(subject);
  const id = await kit.hukz.api.webhook(kit.receiver.url, [eventId], settings);
  const publish = async (n: number, words: Readonly<Record<string, string>> = {}) => {
    const message = await requestReceipt(
      kit.nats,
      { subject, payload: JSON.stringify({ n }) },
      { headers: headersOf(words) },
    );
    return JSON.parse(message.string()) as { message_id: string; webhooks: number; error?: string };
  };
  return { id, eventId, subject, publish };
};
const numberOf = ({ body }: ReceivedRequest) => JSON.parse(String(body)).payload.n as number;
const numbers = () => kit.receiver.requests.map(numberOf);
const accountOf = async (webhookId: number) => (await kit.hukz.api.get(`/accounting?webhook_id=${webhookId}`)).body;

describe('a delayed message', () => {
  it.each([
    ['Hukz-Delay', () => '3s'],
    ['Hukz-Deliver-At', () => new Date(Date.now() + 3000).toISOString()],
  ])('by %s is accepted now, and delivered not before its time', async (name, value) => {
    const { id, publish } = await make();
    const from = Date.now();
    expect(await publish(1, { [name]: value() })).toMatchObject({ webhooks: 1 });
    await publish(2);
    await kit.receiver.waitFor(1);
    expect(numbers()).toEqual([2]);
    // The attempt is settled after the receiver has answered.
    await eventually(async () => (await accountOf(id)).delivered === 1, { what: 'the first delivered' });
    expect(await accountOf(id)).toMatchObject({ pending: 1, closes: true });
    const [, late] = await kit.receiver.waitFor(2);
    expect(late?.at).toBeGreaterThanOrEqual(from + 2999);
    expect(late?.headers['hukz-attempt']).toBe('1');
  });

  it('that is published over HTTP waits as well, and can be cancelled', async () => {
    const { subject } = await make();
    const from = Date.now();
    const post = (n: number, delay: string) =>
      kit.hukz.api.post('/messages', { event: subject, payload: { n }, delay }).expect(202);
    const { body } = await post(1, '1d');
    await post(2, '600ms');
    await kit.hukz.api.delete(`/messages/${body.message_id}`).expect(200, { cancelled: 1 });
    const [request] = await kit.receiver.waitFor(1);
    expect(request && numberOf(request)).toBe(2);
    expect(request?.at).toBeGreaterThanOrEqual(from + 599);
  });

  it('whose time is over is delivered at once', async () => {
    const { publish } = await make();
    await publish(1, { 'Hukz-Deliver-At': '2020-01-31T12:00:00+01:00' });
    await kit.receiver.waitFor(1);
  });

  it.each([
    [{ 'Hukz-Delay': '31d' }, 'Hukz-Delay: a delivery is at most 30d after its message'],
    [{ 'Hukz-Delay': 'soon' }, 'Hukz-Delay: "soon" is not a duration such as 500ms, 5s, 5m, 2h or 1d'],
    [{ 'Hukz-Deliver-At': 'today' }, 'Hukz-Deliver-At: "today" is not a time such as 2026-01-31T12:00:00Z'],
    [
      { 'Hukz-Deliver-At': '2020-01-31T12:00:00Z', 'Hukz-Delay': '1s' },
      'Hukz-Delay: one delivery time a message, by Hukz-Deliver-At or by Hukz-Delay',
    ],
  ])('that cannot be understood is stored for nobody: %j', async (words, error) => {
    const { publish } = await make();
    expect(await publish(1, words)).toEqual({ message_id: expect.any(String), webhooks: 0, error });
  });

  it('keeps its time when its webhook was paused at its acceptance and is resumed before', async () => {
    const { id, publish } = await make();
    await kit.hukz.api.post(`/webhooks/${id}/pause`).expect(200);
    const from = Date.now();
    await publish(1, { 'Hukz-Delay': '1200ms' });
    await publish(2);
    await kit.hukz.api.post(`/webhooks/${id}/resume`).expect(200);
    const [first, second] = await kit.receiver.waitFor(2);
    expect([first, second].map((request) => request && numberOf(request))).toEqual([2, 1]);
    expect(second?.at).toBeGreaterThanOrEqual(from + 1199);
  });

  it('is sent at once by a replay', async () => {
    const { id, eventId, publish } = await make();
    await publish(1, { 'Hukz-Delay': '1d' });
    expect(await accountOf(id)).toMatchObject({ pending: 1 });
    const later = await kit.hukz.api.webhook(kit.receiver.url, [eventId]);
    const replay = { since: new Date(Date.now() - 60_000).toISOString(), outcome: 'missing' };
    await kit.hukz.api.post(`/webhooks/${later}/replay`, replay).expect(202);
    const [request] = await kit.receiver.waitFor(1);
    expect(request?.headers['hukz-replay']).toBe('true');
  });

  it('has the age for its retries from its time on', async () => {
    const { publish } = await make({ retry: { schedule: ['100ms'], max_age: '1s' } });
    kit.receiver.behave((_request, index) => ({ status: index === 0 ? 500 : 200 }));
    await publish(1, { 'Hukz-Delay': '1100ms' });
    const [, again] = await kit.receiver.waitFor(2);
    expect(again?.headers['hukz-attempt']).toBe('2');
  });
});

describe('a delayed message of an ordered webhook', () => {
  it('keeps no other of its key waiting, and takes its place when it is due', async () => {
    const { publish } = await make({ ordering: 'webhook' });
    let open = 0;
    let overlaps = 0;
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    kit.receiver.behave(async (request) => {
      overlaps += open++;
      if (numberOf(request) === 3) await held;
      open--;
      return {};
    });
    await publish(1, { 'Hukz-Delay': '900ms' });
    await publish(2);
    await kit.receiver.waitFor(1);
    expect(numbers()).toEqual([2]);
    await publish(3);
    await kit.receiver.waitFor(2);
    const ledger = await openLedger(kit.database);
    const isWaiting = async () => (await ledger.account()).held === 1;
    await eventually(isWaiting, { what: 'the delayed delivery waits for its turn' });
    await ledger.close();
    await publish(4);
    answer();
    await kit.receiver.waitFor(4);
    expect(numbers()).toEqual([2, 3, 1, 4]);
    expect(overlaps).toBe(0);
  });
});

describe('DELETE /messages/{id}', () => {
  it('cancels what is not due yet, with a log per delivery, and the account closes', async () => {
    const { id, eventId, publish } = await make();
    await kit.hukz.api.webhook(kit.receiver.url, [eventId]);
    const { message_id: messageId, webhooks } = await publish(1, { 'Hukz-Delay': '1s' });
    expect(webhooks).toBe(2);
    const cancelled = await kit.hukz.api.delete(`/messages/${messageId}`).expect(200);
    expect(cancelled.body).toEqual({ cancelled: 2 });
    await kit.hukz.api.delete(`/messages/${messageId}`).expect(409);
    expect(await kit.hukz.api.logs(`webhook_id=${id}`)).toMatchObject([
      { outcome: 'cancelled', error: 'the message was cancelled before it was due', message_id: messageId },
    ]);
    await publish(2, { 'Hukz-Delay': '1200ms' });
    await kit.receiver.waitFor(2);
    expect(numbers()).toEqual([2, 2]);
    expect(await accountOf(id)).toMatchObject({ cancelled: 1, pending: 0, closes: true });
  });

  it('refuses a message that is sent, and one that does not exist', async () => {
    const { publish } = await make();
    const { message_id: messageId } = await publish(1);
    await kit.receiver.waitFor(1);
    const sent = await kit.hukz.api.delete(`/messages/${messageId}`).expect(409);
    expect(sent.body.errors[0].message).toContain('no delivery of the message waits for its time');
    await kit.hukz.api.delete('/messages/00000000-0000-4000-8000-000000000000').expect(404);
  });
});

describe('a delayed message of a stream', () => {
  const streams = useStreamKit();

  it('is acknowledged at once, and delivered by an instance that starts before its time', async () => {
    const first = await streams.start();
    await first.api.webhook(streams.receiver.url, [await first.api.event('late.stream')]);
    const from = Date.now();
    await streams.nats
      .jetstream()
      .publish('late.stream', '{"n":1}', { headers: headersOf({ 'Hukz-Delay': '2s', 'Hukz-Request-Id': 'a' }) });
    await eventually(async () => (await streams.ledger.account()).pending === 1, { what: 'the delivery is stored' });
    await streams.stop();
    const second = await streams.start();
    const [request] = await streams.receiver.waitFor(1, 10_000);
    expect(request?.at).toBeGreaterThanOrEqual(from + 1999);
    expect(request?.headers['hukz-request-id']).toBe('a');
    await eventually(async () => (await metric(second, 'hukz_delivery_latency_seconds_count')) === 1, {
      what: 'counted',
    });
    expect(await metric(second, 'hukz_delivery_latency_seconds_sum')).toBeLessThan(1);
  });
});
