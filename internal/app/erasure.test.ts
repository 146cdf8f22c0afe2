import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { connect, type JetStreamManager, type NatsConnection, headers as natsHeaders } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { type Ledger, openLedger } from '../testkit/account.js';
import { canary, writingsOf } from '../testkit/canary.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

jest.setTimeout(120_000);

const SECRET = canary('erasure');
const SETTINGS = { HUKZ_INTAKE: 'jetstream', HUKZ_LOG_HEADERS: 'both', HUKZ_RETRY_SCHEDULE: '1h' };

let server: NatsServer;
let nats: NatsConnection;
let jsm: JetStreamManager;
let database: TestDatabase;
let ledger: Ledger;
let hukz: TestApp;
/** It has none of the deliveries in its memory. */
let other: TestApp;
let receiver: Receiver;

beforeAll(async () => {
  server = await startTestNats({ jetstream: true });
  nats = await connect({ servers: server.url });
  jsm = await nats.jetstreamManager();
  database = await makeTestDatabase();
  ledger = await openLedger(database);
  const parts = { database, natsUrl: server.url };
  [hukz, other] = await Promise.all([startTestApp(parts, SETTINGS), startTestApp(parts, SETTINGS)]);
});
afterAll(async () => {
  await Promise.all([hukz?.stop(), other?.stop()]);
  await ledger?.close();
  await database?.drop();
  await nats?.close();
  await server?.stop();
});
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

/** The text of every column of every row, in each form in which PostgreSQL can write it. */
async function everythingStored(): Promise<string> {
  const tables = await ledger.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await ledger.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push(`table ${name}`, ...rows.map(({ row }) => row));
  }
  return texts.join('\n');
}

async function everythingInStreams(): Promise<string> {
  const texts: string[] = [];
  for await (const { config, state } of jsm.streams.list()) {
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const found = await jsm.streams.getMessage(config.name, { seq }).catch(() => undefined);
      if (found) texts.push(`${found.subject} ${Buffer.from(found.data)} ${found.header}`);
    }
  }
  return texts.join('\n');
}

/** The spellings of a canary that are found. */
async function leaks(text = SECRET): Promise<readonly string[]> {
  const places = { database: await everythingStored(), streams: await everythingInStreams() };
  return Object.entries(places).flatMap(([place, all]) =>
    writingsOf(text).flatMap((writing) => {
      const at = all.indexOf(writing);
      return at < 0 ? [] : [`${place}: ${all.slice(all.lastIndexOf('\n', at), at + writing.length).slice(-300)}`];
    }),
  );
}

function publish(subject: string, secret = SECRET, more: Readonly<Record<string, string>> = {}): void {
  const headers = natsHeaders();
  for (const [name, value] of Object.entries({ 'X-Name': secret, 'Nats-Msg-Id': `${secret}-${subject}`, ...more }))
    headers.append(name, value);
  nats.publish(subject, JSON.stringify({ customer: secret }), { headers });
}

const erase = async (body: object) => (await hukz.api.post('/messages/erase', body)).body;
const job = async (id: string) => (await other.api.get(`/messages/erasures/${id}`)).body;
const done = async (id: string) => {
  await eventually(async () => (await job(id)).state === 'done', { what: 'the erasure is done' });
  return job(id);
};
const messagesOf = async (subject: string) => (await hukz.api.get(`/messages?limit=100&event=${subject}`)).body.nodes;
const stored = (subject: string, count: number) =>
  eventually(async () => (await messagesOf(subject)).length === count, { what: `${count} messages of ${subject}` });

describe('after an erasure', () => {
  it('nothing that a publisher or a receiver said is in any table or in the stream', async () => {
    const event = await hukz.api.event('erase.all');
    const more = { pass_headers: ['x-name'] };
    receiver.behave(({ url }) => ({
      status: url === '/ok' ? 200 : 500,
      headers: { 'x-echo': SECRET },
      body: JSON.stringify({ thanks: SECRET }),
    }));
    const ok = await hukz.api.webhook(`${receiver.url}/ok`, [event], more);
    await hukz.api.webhook(`${receiver.url}/later`, [event], more);
    const dead = await hukz.api.webhook(`${receiver.url}/dead`, [event], { ...more, retry: { schedule: [] } });
    const held = await hukz.api.webhook(`${receiver.url}/held`, [event], {
      ...more,
      ordering: { pointer: '/customer' },
    });
    expect((await hukz.api.post(`/webhooks/${held}/pause`)).status).toBe(200);
    await hukz.api.event('erase.unmatched');
    publish('erase.all');
    publish('erase.all', `${SECRET}-delayed`, { 'Hukz-Delay': '10m' });
    publish('erase.unmatched');
    await Promise.all([stored('erase.all', 2), stored('erase.unmatched', 1)]);
    await eventually(async () => (await hukz.api.logs()).length === 3, { what: 'three attempts' });
    await ledger.query(`insert into quarantine values (gen_random_uuid(), now(), now(), '\\x61', '\\x61', $1, 'odd')`, [
      Buffer.from(SECRET),
    ]);
    expect((await leaks()).length).toBeGreaterThan(0);
    expect((await leaks()).some((one) => one.startsWith('streams'))).toBe(true);

    const filter = { all: true };
    expect(await erase({ filter, dry_run: true })).toEqual({ dry_run: true, total: 4, undecided: 0 });
    const made = await erase({ filter });
    expect(made).toMatchObject({ state: 'running', total: 4 });
    expect(await done(made.id)).toMatchObject({ erased: 4, waiting: 0, problem: null });

    expect(await leaks()).toEqual([]);
    expect(await erase({ filter, dry_run: true })).toMatchObject({ total: 0 });
    const account = (await hukz.api.get('/accounting')).body;
    expect(account).toMatchObject({ accepted: 8, delivered: 1, dead: 1, cancelled: 6, pending: 0, closes: true });

    const [first] = await messagesOf('erase.unmatched');
    expect(first).toMatchObject({ bytes: 0, erased_at: expect.any(String) });
    const shown = (await hukz.api.get(`/messages/${first.id}`)).body;
    expect(shown).toMatchObject({ headers: {}, erased_at: first.erased_at, webhooks: [] });
    expect(shown).not.toHaveProperty('payload');
    const [log] = await hukz.api.logs(`webhook_id=${ok}`);
    expect(log).toMatchObject({ outcome: 'cancelled', error: 'the message was erased' });
    const logs = await hukz.api.logs();
    expect(logs.every((one) => 'erased_at' in one && one.data === null && one.response_body === null)).toBe(true);

    const letter = (await hukz.api.get(`/dead-letters?webhook_id=${dead}`)).body.nodes[0];
    expect(letter).toMatchObject({ because: 'exhausted', erased_at: expect.any(String) });
    const retry = await hukz.api.post(`/deliveries/${letter.id}/retry`);
    expect([retry.status, retry.body.errors[0].message]).toEqual([
      409,
      expect.stringMatching(/^the message of this delivery was erased at .*Z: nothing is left to send$/),
    ]);
    expect((await hukz.api.get(`/deliveries/${letter.id}`)).body).toMatchObject({
      state: 'dead',
      message: { data: null, erased_at: expect.any(String) },
      request: null,
    });
    const explained = await hukz.api.get(`/messages/${first.id}/explain`);
    expect([explained.status, explained.body.errors[0].message]).toEqual([409, expect.stringContaining('was erased')]);
    for (const outcome of ['dead', 'delivered', 'cancelled', 'missing', 'lost']) {
      const counted = await hukz.api.post(`/webhooks/${dead}/replay`, { since: '1h', outcome, dry_run: true });
      expect({ outcome, ...counted.body }).toEqual({ outcome, dry_run: true, total: 0 });
    }
    const tried = await hukz.api.post(`/webhooks/${dead}/filter/test`, { filter: { headers: { 'x-name': SECRET } } });
    expect(tried.body).toMatchObject({ looked_at: 0, would_match: 0 });
    const again = await hukz.api.post('/deliveries/retry', { ids: [letter.id] });
    expect(again.body).toMatchObject({ matched: 1, changed: 0, skipped: 1 });
    expect(await leaks()).toEqual([]);
  });

  it('a message with the same id is a duplicate, and is not stored again', async () => {
    const sent = canary('again');
    await hukz.api.event('erase.again');
    const message = { event: 'erase.again', id: 'order-17', payload: { sent } };
    const { message_id } = (await hukz.api.post('/messages', message)).body;
    const made = await erase({ ids: [message_id] });
    expect(await done(made.id)).toMatchObject({ total: 1, erased: 1, ids: [message_id] });
    const second = (await hukz.api.post('/messages', message)).body;
    expect(second).toMatchObject({ message_id, duplicate: true });
    expect(await leaks(sent)).toEqual([]);
  });
});

describe('an erasure of messages that are under way', () => {
  it('cancels what waits in memory, and keeps nothing of the answer that comes later', async () => {
    const sent = canary('under-way');
    const event = await hukz.api.event('erase.busy');
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    receiver.behave(async () => {
      await asked;
      return { status: 500, headers: { 'x-echo': sent }, body: sent };
    });
    const webhook = await hukz.api.webhook(receiver.url, [event], {
      max_in_flight: 1,
      pass_headers: ['x-name'],
      timeout: '60s',
    });
    for (let n = 0; n < 20; n++) publish('erase.busy', `${sent}-${n}`);
    await stored('erase.busy', 20);
    await receiver.waitFor(1);
    const open = await receiver.requests.length;
    const { id } = await erase({ filter: { event: 'erase.busy', since: '1h' } });
    const cancelled = async () => (await hukz.api.logs(`webhook_id=${webhook}`)).length >= 20 - 2;
    await eventually(cancelled, { what: 'what waited is cancelled' });
    expect(await job(id)).toMatchObject({ state: 'running', erased: 20 });
    answer();
    expect(await done(id)).toMatchObject({ erased: 20, waiting: 0 });
    expect(await leaks(sent)).toEqual([]);
    const logs = await hukz.api.logs(`webhook_id=${webhook}`);
    const attempts = logs.filter(({ outcome }) => outcome === 'failed');
    expect(attempts.length).toBe(receiver.requests.length);
    // Each instance may have had one request open.
    expect([open <= 2, receiver.requests.length <= 2]).toEqual([true, true]);
    expect(attempts[0]).toMatchObject({ response_status_code: 500, response_body: null, error: null });
  });

  it('selects by content, and leaves every other message alone', async () => {
    await hukz.api.event('erase.some');
    const [gone, kept] = [canary('gone'), canary('kept')];
    for (const secret of [gone, kept, gone]) publish('erase.some', secret, { 'Nats-Msg-Id': '' });
    await stored('erase.some', 3);
    const filter = { event: 'erase.some', content: { data: { customer: gone } } };
    expect(await erase({ filter, dry_run: true })).toMatchObject({ total: 2 });
    const made = await erase({ filter });
    expect(JSON.stringify(made)).not.toContain(gone);
    expect(await done(made.id)).toMatchObject({ erased: 2, has_content: true });
    expect(await leaks(gone)).toEqual([]);
    expect((await leaks(kept)).length).toBeGreaterThan(0);
  });
});

describe('a copy that the stream does not delete', () => {
  it('is counted, logged once and shown by readiness, and the job ends when the copy is gone', async () => {
    const sent = canary('denied');
    await hukz.api.event('erase.denied');
    publish('erase.denied', sent);
    await stored('erase.denied', 1);
    const { config } = await jsm.streams.info('HUKZ');
    await jsm.streams.update('HUKZ', { ...config, deny_delete: true });
    const { id } = await erase({ filter: { event: 'erase.denied', since: '1h' } });
    const isDegraded = async ({ api }: TestApp) =>
      JSON.stringify((await api.get('/health/ready')).body).includes('"erasure_waits"');
    await eventually(() => isDegraded(hukz), { what: 'readiness says so' });
    await eventually(() => isDegraded(other), { what: 'the other instance says so' });
    const problem = expect.stringMatching(/^the stream HUKZ still has copies: .+/);
    expect(await job(id)).toMatchObject({ state: 'running', erased: 1, waiting: 1, problem });
    const metrics = await (await fetch(`http://127.0.0.1:${hukz.app.metricsPort}/metrics`)).text();
    expect(metrics).toMatch(/^hukz_erasures_waiting 1$/m);
    expect(hukz.logger.lines.filter(({ name }) => name === 'erasure.waits')).toHaveLength(1);
    expect((await leaks(sent)).map((one) => one.split(':')[0])).toContain('streams');

    await jsm.streams.delete('HUKZ');
    expect(await done(id)).toMatchObject({ erased: 1, waiting: 0, problem: null });
    expect(await leaks(sent)).toEqual([]);
    await eventually(async () => !(await isDegraded(hukz)), { what: 'readiness is restored' });
  });
});
