import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { getRaw } from '../testkit/servers/raw-answer.js';
import { storeDelivery } from '../testkit/stored-delivery.js';
import { collectGarbage } from '../testkit/turns/longest-turn.js';

const MIB = 1024 * 1024;
const MAX_TURN_MS = 20;
const TRIES = 8;
/** 16 KiB of an answer are stored. These characters are the longest as JSON. */
const ANSWER = '\u0001'.repeat(16 * 1024);
const TAGS = JSON.stringify(
  Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`${n}`.padEnd(64, 'k'), 'v'.repeat(256)])),
);

let api: TestApi;
let server: Server;
let webhookId: number;

beforeAll(async () => {
  api = await makeTestApi();
  server = api.app.listen(0, '127.0.0.1');
  webhookId = (await api.send('POST', '/webhooks', { url: 'http://example.com', event_ids: [] }).expect(201)).body.id;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await api.stop();
});

/**
 * The minimum of a few tries is the time of the answer alone, because garbage collection falls into a turn now and
 * then.
 */
async function read(path: string) {
  const { text, ...answer } = await readText(path);
  return { ...answer, json: JSON.parse(text) };
}

async function readText(path: string) {
  let answer = await getRaw(server, path);
  for (let tries = 1; tries < TRIES && answer.maxTurnMs >= MAX_TURN_MS; tries++) {
    collectGarbage();
    answer = await getRaw(server, path);
  }
  expect(answer.status).toBe(200);
  return { ...answer, text: answer.body.toString() };
}

/** Adds the given number of attempts to a delivery. */
const addAttempts = (id: string, count: number) =>
  api.db.raw(
    `insert into webhook_logs (created_at, created_by_id, event, url, response_status_code, response_body, tags, webhook_id, space_id,
       message_id, received_at, delivery_id, attempt, duration_ms, outcome)
     select created_at, created_by_id, event, url, 500, ?, ?::jsonb, webhook_id, 0, message_id, received_at, delivery_id, n, 1, 'failed'
     from webhook_logs, generate_series(2, ?::int) as n where delivery_id = ? and attempt = 1`,
    [ANSWER, TAGS, count, id],
  );

it('logs with the largest answers are listed without keeping other work waiting, in pages that end at 16 MiB', async () => {
  const { id } = await storeDelivery(api.db, { place: 'dead_letters', webhookId });
  await addAttempts(id, 300);
  const attempts: number[] = [];
  let cursor = '';
  do {
    const { json, body, maxTurnMs } = await read(`/webhooks/logs?limit=100${cursor && `&cursor=${cursor}`}`);
    expect(body.length).toBeLessThan(17 * MIB);
    expect(maxTurnMs).toBeLessThan(MAX_TURN_MS);
    attempts.push(...json.nodes.map(({ attempt }: { attempt: number }) => attempt));
    cursor = json.next_cursor ?? '';
  } while (cursor);
  expect(attempts).toEqual(Array.from({ length: 300 }, (_, n) => 300 - n));
  await api.db('webhook_logs').delete();
});

const SIZE = 900 * 1024;
const half = SIZE / 2;
/** Payloads that take longest to decode, check or copy. */
const PAYLOADS: Readonly<Record<string, Buffer>> = {
  escapes: Buffer.from(JSON.stringify('\u0001'.repeat(SIZE / 6))),
  quotes: Buffer.from(JSON.stringify('"'.repeat(half))),
  brackets: Buffer.from('['.repeat(half) + ']'.repeat(half)),
  numbers: Buffer.from(`[${'0,'.repeat(half)}0]`),
  objects: Buffer.from(`[${'{"a":"b"},'.repeat(SIZE / 10)}0]`),
  'no JSON': Buffer.alloc(SIZE, 0xff),
  'four times as large': Buffer.from(`[${'{"a":"b"},'.repeat((4 * SIZE) / 10)}0]`),
};

it.each(Object.keys(PAYLOADS))(
  'a large payload keeps no other work waiting, in a log and in a delivery: %s',
  async (kind) => {
    const payload = PAYLOADS[kind] ?? Buffer.alloc(0);
    const body = { url: 'http://example.com', event_ids: [], format: 'raw' };
    const raw: number = (await api.send('POST', '/webhooks', body).expect(201)).body.id;
    for (const id of [webhookId, raw]) {
      const delivery = await storeDelivery(api.db, { place: 'dead_letters', webhookId: id });
      await api.db('messages').where({ id: delivery.messageId }).update({ payload });
      for (const path of [`/webhooks/logs?webhook_id=${id}`, `/deliveries/${delivery.id}`]) {
        const { text, maxTurnMs } = await readText(path);
        expect(text).toContain(kind === 'no JSON' ? payload.toString('base64') : payload.toString());
        expect([kind, path, maxTurnMs < MAX_TURN_MS ? 'in time' : maxTurnMs]).toEqual([kind, path, 'in time']);
      }
    }
    await api.db('webhook_logs').delete();
  },
);

it('a page of logs with large payloads ends with the one that reaches 16 MiB', async () => {
  for (let n = 0; n < 6; n++) {
    const { messageId } = await storeDelivery(api.db, { place: 'dead_letters', webhookId });
    const payload = Buffer.from(JSON.stringify('x'.repeat(4 * MIB)));
    await api.db('messages').where({ id: messageId }).update({ payload });
  }
  const first = await getRaw(server, '/webhooks/logs?limit=100');
  const { nodes, next_cursor: cursor, total } = JSON.parse(first.body.toString());
  expect([nodes.length, total, first.body.length < 21 * MIB]).toEqual([4, 6, true]);
  const second = await getRaw(server, `/webhooks/logs?limit=100&cursor=${cursor}`);
  const rest = JSON.parse(second.body.toString());
  expect([rest.nodes.length, rest.next_cursor]).toEqual([2, undefined]);
  await api.db('webhook_logs').delete();
});

it('a delivery shows its newest 200 attempts and says that there were more, without keeping other work waiting', async () => {
  const { id } = await storeDelivery(api.db, { place: 'dead_letters', webhookId });
  await addAttempts(id, 200);
  const all = await read(`/deliveries/${id}`);
  expect(all.json.attempts.map(({ attempt }: { attempt: number }) => attempt)).toEqual(
    Array.from({ length: 200 }, (_, n) => n + 1),
  );
  expect([all.json.earlier_attempts_omitted, all.maxTurnMs < MAX_TURN_MS]).toEqual([undefined, true]);
  await api.db.raw('update webhook_logs set attempt = attempt + 1000');
  await api.db.raw(
    'insert into webhook_logs select (jsonb_populate_record(l, \'{"attempt": 7}\')).* from webhook_logs l limit 1',
  );
  const newest = await read(`/deliveries/${id}`);
  expect(newest.json.attempts.map(({ attempt }: { attempt: number }) => attempt)).toEqual(
    Array.from({ length: 200 }, (_, n) => n + 1001),
  );
  expect([newest.json.earlier_attempts_omitted, newest.json.state]).toEqual([true, 'dead']);
  await api.db('webhook_logs').delete();
});

it('the keys of an ordered webhook are read without keeping other work waiting, and shown with 256 characters at most', async () => {
  const ordering = { pointer: '/key' };
  const made = await api.send('POST', '/webhooks', { url: 'http://example.com', event_ids: [], ordering }).expect(201);
  const filler = 'x'.repeat(MIB / 2);
  for (let n = 0; n < 40; n++) {
    const { id, messageId } = await storeDelivery(api.db, { place: 'deliveries', webhookId: made.body.id });
    const payload = Buffer.from(JSON.stringify({ filler, key: n === 0 ? filler : `key ${n}` }));
    await api.db('messages').where({ id: messageId }).update({ payload });
    await api.db('deliveries').where({ id }).update({ order_key: randomUUID(), order_no: 1, attempts: 1 });
  }
  const { json, maxTurnMs } = await read(`/webhooks/${made.body.id}/keys`);
  const values: string[] = json.nodes.map(({ value }: { value: string }) => value);
  expect(maxTurnMs).toBeLessThan(MAX_TURN_MS);
  expect(values).toHaveLength(40);
  expect(values.filter((value) => /^key \d+$/.test(value))).toHaveLength(39);
  expect(values.find((value) => value.startsWith('x'))).toBe(`${'x'.repeat(255)}…`);
});
