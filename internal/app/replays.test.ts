import { describe, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import type { TestInstance } from '../testkit/kits/test-instance.js';
import { useInstanceKit } from '../testkit/per-test/use-instance-kit.js';
import type { ReceivedRequest } from '../testkit/servers/receiver.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useInstanceKit({ HUKZ_INSTANCE_TIMEOUT: '2s', HUKZ_RETRY_SCHEDULE: '' });

const publish = (subject: string, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      requestReceipt(kit.nats, { subject, payload: JSON.stringify({ n }) }, { timeout: 8000 }),
    ),
  );
const idOf = ({ headers }: ReceivedRequest) => String(headers['webhook-id']);
const isReplay = ({ headers }: ReceivedRequest) => headers['hukz-replay'] === 'true';
const since = () => new Date(Date.now() - 3_600_000).toISOString();

/** A webhook with the given number of dead letters. Its receiver then accepts everything. */
const withDead = async ({ api }: TestInstance, count: number) => {
  const webhookId = await api.webhook(kit.receiver.url, [await api.event('a.b')]);
  kit.receiver.behave({ status: 500 });
  await publish('a.b', count);
  await eventually(async () => (await api.get(`/dead-letters?webhook_id=${webhookId}`)).body.total === count, {
    what: `${count} dead letters`,
    timeoutMs: 15_000,
  });
  kit.receiver.behave({});
  return webhookId;
};
const account = async ({ api }: TestInstance) => (await api.get('/accounting')).body;
const finished = async ({ api }: TestInstance, id: string) => {
  const read = async () => (await api.get(`/replays/${id}`)).body;
  await eventually(async () => (await read()).state !== 'running', { what: 'the replay has ended', timeoutMs: 20_000 });
  return read();
};

describe('a dead letter that is retried', () => {
  it('arrives under the same id with the same body, numbered on, and says that it is a replay', async () => {
    const hukz = await kit.start();
    await withDead(hukz, 1);
    const [letter] = (await hukz.api.get('/dead-letters')).body.nodes;
    expect(await account(hukz)).toMatchObject({ accepted: 1, dead: 1, closes: true });
    expect((await hukz.api.post(`/deliveries/${letter.id}/retry`)).status).toBe(202);
    const [first, again] = await kit.receiver.waitFor(2);
    expect(first?.headers).not.toHaveProperty('hukz-replay');
    expect(again?.headers).toMatchObject({ 'webhook-id': letter.id, 'hukz-replay': 'true', 'hukz-attempt': '2' });
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(again?.body).toEqual(first?.body);
    const state = async () => (await hukz.api.get(`/deliveries/${letter.id}`)).body;
    await eventually(async () => (await state()).state === 'delivered', { what: 'delivered' });
    expect((await state()).attempts.map((one: { outcome: string }) => one.outcome)).toEqual(['dead', 'delivered']);
    expect(await account(hukz)).toMatchObject({ accepted: 1, delivered: 1, dead: 0, closes: true });
  });
});

describe('a replay', () => {
  it('brings a webhook the messages that were there before it', async () => {
    const hukz = await kit.start();
    const eventId = await hukz.api.event('a.b');
    await publish('a.b', 5);
    const webhookId = await hukz.api.webhook(kit.receiver.url, [eventId]);
    await publish('a.b', 2);
    await kit.receiver.waitFor(2);
    const { body: job, status } = await hukz.api.post(`/webhooks/${webhookId}/replay`, {
      since: since(),
      outcome: 'missing',
    });
    expect([status, job.total]).toEqual([202, 5]);
    const requests = await kit.receiver.waitFor(7);
    expect(requests.filter(isReplay)).toHaveLength(5);
    expect(new Set(requests.map(idOf)).size).toBe(7);
    expect(await finished(hukz, job.id)).toMatchObject({ state: 'done', total: 5, done: 5 });
    await eventually(async () => (await account(hukz)).delivered === 7, { what: 'all delivered' });
    expect(await account(hukz)).toMatchObject({ accepted: 7, closes: true });
  });

  it('keeps to its rate, and fresh messages pass it', async () => {
    const hukz = await kit.start({ HUKZ_REPLAY_RATE: '20' });
    const webhookId = await withDead(hukz, 60);
    const before = kit.receiver.requests.length;
    const askedAt = Date.now();
    const { body: job } = await hukz.api.post(`/webhooks/${webhookId}/replay`, { since: since() });
    await kit.receiver.waitFor(before + 1);
    await publish('a.b', 20);
    await eventually(() => kit.receiver.requests.slice(before).filter((one) => !isReplay(one)).length === 20, {
      what: 'the fresh messages',
    });
    expect(kit.receiver.requests.filter(isReplay).length).toBeLessThan(60);
    expect(await finished(hukz, job.id)).toMatchObject({ state: 'done', done: 60 });
    await eventually(() => kit.receiver.requests.filter(isReplay).length === 60, { what: 'all replays' });
    const times = kit.receiver.requests.filter(isReplay).map(({ at }) => at);
    // The replay has three steps. The second and the third step each wait until a second has passed since the previous
    // one.
    expect((times.at(-1) ?? 0) - askedAt).toBeGreaterThan(1800);
  });

  it('goes on where it was when the instance that ran it is killed', async () => {
    const first = await kit.start({ HUKZ_REPLAY_RATE: '40' });
    const webhookId = await withDead(first, 120);
    const dead = new Set(kit.receiver.requests.map(idOf));
    const { body: job } = await first.api.post(`/webhooks/${webhookId}/replay`, { since: since() });
    await eventually(() => kit.receiver.requests.some(isReplay), { what: 'the first replays' });
    await first.kill();
    const second = await kit.start({ HUKZ_REPLAY_RATE: '40' });
    expect(await finished(second, job.id)).toMatchObject({ state: 'done', total: 120, done: 120 });
    await eventually(async () => (await account(second)).delivered === 120, {
      what: 'all delivered',
      timeoutMs: 10_000,
    });
    expect(new Set(kit.receiver.requests.filter(isReplay).map(idOf))).toEqual(dead);
    expect(await account(second)).toMatchObject({ accepted: 120, pending: 0, dead: 0, closes: true });
  });

  it('can be cancelled: what is due is sent, the rest stays dead', async () => {
    const hukz = await kit.start({ HUKZ_REPLAY_RATE: '10' });
    const webhookId = await withDead(hukz, 60);
    const { body: job } = await hukz.api.post(`/webhooks/${webhookId}/replay`, { since: since() });
    await eventually(() => kit.receiver.requests.some(isReplay), { what: 'the first replays' });
    const { body: cancelled } = await hukz.api.delete(`/replays/${job.id}`);
    expect(cancelled).toMatchObject({ state: 'cancelled' });
    const delivered = async () => (await account(hukz)).delivered === cancelled.done;
    await eventually(delivered, { what: 'what was due is delivered' });
    expect(await account(hukz)).toMatchObject({ dead: 60 - cancelled.done, pending: 0, closes: true });
  });
});

it('reports the size of its tables, and that nothing is lost', async () => {
  const hukz = await kit.start();
  const text = async () => (await fetch(`http://127.0.0.1:${hukz.metricsPort}/metrics`)).text();
  await eventually(async () => (await text()).includes('hukz_table_bytes{table="messages"}'), {
    what: 'sizes of tables',
  });
  expect(await text()).toMatch(/^hukz_accounting_open 0$/m);
});
