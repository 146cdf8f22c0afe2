import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { storeLog } from '../testkit/stored-logs.js';
import { logAnswer } from './deliveries/log-answer.js';
import { listOf } from './http/paging.js';

const DAY = new Date('2026-01-31T12:00:00.000Z');
const minute = (n: number) => new Date(DAY.getTime() + n * 60_000);

describe('the logs', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await makeTestApi();
  });
  afterEach(() => api.stop());
  const logs = (query = '', user = '1') => api.send('GET', `/webhooks/logs${query}`, undefined, user).expect(200);

  it('are an empty list when there are none', async () => {
    const empty = await logs();
    expect([empty.text, empty.type]).toEqual(['{"total":0,"nodes":[]}', 'application/json']);
  });

  it('show what was sent and answered, in the shape of the contract', async () => {
    const messageId = await storeLog(api.db, {
      at: DAY,
      payload: '{"name":"x"}',
      responseBody: '{"ok":true}',
      tags: { app: 'a' },
      webhookId: 5,
      spaceId: 7,
    });
    const { body } = await logs();
    expect(body).toEqual({
      total: 1,
      nodes: [
        {
          id: 1,
          created_at: '2026-01-31T12:00:00.000Z',
          requested_at: DAY.toISOString(),
          created_by_id: 1,
          event: 'tag.created',
          url: 'https://example.com/hook',
          response_status_code: 200,
          data: {
            event: 'tag.created',
            contains: ['tag'],
            created_at: '2026-01-31T12:00:00.000Z',
            payload: { name: 'x' },
          },
          response_headers: null,
          request_headers: null,
          response_body: { ok: true },
          tags: { app: 'a' },
          webhook_id: 5,
          space_id: 7,
          message_id: messageId,
          delivery_id: expect.any(String),
          attempt: 1,
          outcome: 'delivered',
          error: null,
          duration_ms: 12,
          next_attempt_at: null,
        },
      ],
    });
    expect(listOf(logAnswer).safeParse(body).error).toBeUndefined();
  });

  it.each([
    ['big integers', '{"n":12345678901234567890,"m":1e400}', '{"n":12345678901234567890,"m":1e400}'],
    ['spaces and duplicate keys', '{ "a" : 1, "a":2 }', '{ "a" : 1, "a":2 }'],
    ['no object', '[1,"two"]', '[1,"two"]'],
    ['escapes that PostgreSQL would refuse', '"\\u0000\\ud800"', '"\\u0000\\ud800"'],
    ['nothing', '', 'null'],
    ['binary', Buffer.from([0, 255]), '"AP8=","payload_encoding":"base64"'],
  ])('show the payload byte for byte: %s', async (_name, payload, shown) => {
    await storeLog(api.db, { at: DAY, payload });
    const head = '"data":{"event":"tag.created","contains":["tag"],"created_at":"2026-01-31T12:00:00.000Z","payload":';
    expect((await logs()).text).toContain(`${head}${shown}},"response_body":null}]}`);
  });

  it.each([
    ['standard', '{"n":1e400}', '{"type":"tag.created","timestamp":"2026-01-31T12:00:00.000Z","data":{"n":1e400}}'],
    ['raw', '{"n":12345678901234567890}', '{"n":12345678901234567890}'],
    ['raw', Buffer.from([0, 255]), '"AP8=","data_encoding":"base64"'],
    ['raw', '', '"","data_encoding":"base64"'],
    ['discord', '{"name":"x"}', '{"content":"**Created Tag: x**","allowed_mentions":{"parse":[]}}'],
  ])('show the body in the format of the webhook, a deleted one too: %s', async (format, payload, shown) => {
    const webhook = await api.send('POST', '/webhooks', { url: 'https://example.com/', event_ids: [], format });
    await api.send('DELETE', `/webhooks/${webhook.body.id}`).expect(200);
    await storeLog(api.db, { at: DAY, payload, webhookId: webhook.body.id });
    const { text, body } = await logs();
    expect(text).toContain(`"data":${shown},"response_body"`);
    expect(listOf(logAnswer).safeParse(body).error).toBeUndefined();
  });

  it('show the chat’s message where the host has one', async () => {
    await storeLog(api.db, { at: DAY, payload: '{"name":"x"}', url: 'https://hooks.slack.com/services/T/B/x' });
    const [{ data }] = (await logs()).body.nodes;
    expect(data.blocks[0].text).toEqual({ type: 'mrkdwn', text: '*Created Tag: x*' });
  });

  it.each([
    ['JSON as it is', '{"id":12345678901234567890}', '{"id":12345678901234567890}'],
    ['a number', '7', '7'],
    ['text as a string', 'Bad "Gateway"\n', '"Bad \\"Gateway\\"\\n"'],
    ['JSON that was cut off', '{"a":[1,2', '"{\\"a\\":[1,2"'],
    ['an empty answer', '', '""'],
    ['no answer', null, 'null'],
  ])('show the response: %s', async (_name, responseBody, shown) => {
    await storeLog(api.db, { at: DAY, responseBody });
    expect((await logs()).text).toContain(`"data":null,"response_body":${shown}}]}`);
  });

  it('are only those of the user, newest first, over the days', async () => {
    await storeLog(api.db, { at: DAY, subject: 'second' });
    await storeLog(api.db, { at: DAY, subject: 'third.at.the.same.instant' });
    await storeLog(api.db, { at: new Date('2026-01-29T23:59:59.999Z'), subject: 'first' });
    await storeLog(api.db, { at: new Date('2026-02-01T00:00:00.000Z'), subject: 'fourth' });
    await storeLog(api.db, { at: DAY, userId: 2, subject: 'of.another' });
    const events = async (query: string, user = '1') =>
      (await logs(query, user)).body.nodes.map(({ event }: { event: string }) => event);
    expect(await events('')).toEqual(['fourth', 'third.at.the.same.instant', 'second', 'first']);
    expect(await events('?limit=2&page=2')).toEqual(['second', 'first']);
    expect(await events('', '2')).toEqual(['of.another']);
    expect(await events('', '3')).toEqual([]);
    expect((await logs('?limit=1')).body.total).toBe(4);
  });

  it('are walked by cursor without a gap or a double, over instants that are shared and rows that come in', async () => {
    const stored = 7;
    for (let n = 0; n < stored; n++)
      await storeLog(api.db, { at: minute(24 * 60 * Math.floor(n / 3)), tags: { app: 'a' } });
    await api.db.raw(`update webhook_logs set created_at = created_at + interval '1 microsecond' where id = 2`);
    const seen: number[] = [];
    let cursor = '';
    do {
      const { body } = await logs(`?tag=app:a&limit=2${cursor && `&page=9&cursor=${cursor}`}`);
      seen.push(...body.nodes.map(({ id }: { id: number }) => id));
      expect(body.total).toBe(cursor ? stored + 1 : stored);
      if (!cursor) await storeLog(api.db, { at: minute(10 * 24 * 60), tags: { app: 'a' } });
      cursor = body.next_cursor ?? '';
    } while (cursor);
    expect(seen).toEqual([7, 6, 5, 4, 2, 3, 1]);
  });

  it.each([
    '',
    'x',
    '%00',
    '1769860800000000',
    '1769860800000000.1.1',
    '1769860800000000.1.',
    '1769860800000000.x',
    '1769860800000000%201',
    '1769860800000000.1%0a',
    '-1.1',
    '1769860800000000.1&cursor=1769860800000000.1',
    '99999999999999999.1',
    '1.9999999999999999999',
  ])('are refused by a cursor that no page gave: %s', async (cursor) => {
    const { body } = await api.send('GET', `/webhooks/logs?cursor=${cursor}`).expect(422);
    expect(body.errors).toMatchObject([{ code: 422, source: 'cursor' }]);
  });

  it('take a cursor at the edge of what can be', async () => {
    await storeLog(api.db, { at: DAY });
    const at = (cursor: string) => logs(`?cursor=${cursor}`);
    expect((await at('9999999999999999.999999999999999999')).body.nodes).toHaveLength(1);
    expect((await at('0.0')).body).toEqual({ total: 1, nodes: [] });
  });

  it('can be narrowed by everything that they carry', async () => {
    await storeLog(api.db, {
      at: minute(0),
      subject: 'a.b',
      tags: { app: 'x', team: 'one' },
      webhookId: 1,
      spaceId: 1,
    });
    await storeLog(api.db, {
      at: minute(1),
      subject: 'a.c',
      tags: { app: 'x' },
      webhookId: 2,
      spaceId: 1,
      status: 500,
      outcome: 'failed',
    });
    await storeLog(api.db, { at: minute(2), subject: 'a.b', webhookId: 2, spaceId: 0, status: null, outcome: 'dead' });
    const found = async (query: string) => {
      const { body } = await logs(`?${query}`);
      expect(body.total).toBe(body.nodes.length);
      return body.nodes.map(({ id }: { id: number }) => id);
    };
    expect(await found('tag=app:x')).toEqual([2, 1]);
    expect(await found('tag=app:x&tag=team:one')).toEqual([1]);
    expect(await found('event=a.b')).toEqual([3, 1]);
    expect(await found('webhook_id=2')).toEqual([3, 2]);
    expect(await found('space_id=0')).toEqual([3]);
    expect(await found('outcome=failed')).toEqual([2]);
    expect(await found('status=500')).toEqual([2]);
    expect(await found('since=2026-01-31T12:01:00Z')).toEqual([3, 2]);
    expect(await found('until=2026-01-31T12:01:00Z')).toEqual([1]);
    expect(await found('since=2026-01-31T13:01:00%2B01:00&until=2026-01-31T12:02:00Z')).toEqual([2]);
    expect(await found('since=2026-01-31')).toEqual([3, 2, 1]);
    expect(await found('until=2026-01-31')).toEqual([]);
    expect(await found('webhook_id=2&outcome=dead&event=a.b')).toEqual([3]);
  });

  it('share the message that several webhooks got', async () => {
    const messageId = await storeLog(api.db, { at: DAY, payload: '{"n":1}', webhookId: 1 });
    await storeLog(api.db, { at: DAY, messageId, webhookId: 2 });
    const { body } = await logs();
    expect(body.nodes.map((node: { data: { payload: unknown } }) => node.data.payload)).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it('arrive whole when their payloads are larger than what may be in memory at once', async () => {
    const payload = JSON.stringify({ filler: 'x'.repeat(3_000_000) });
    for (let n = 0; n < 5; n++) await storeLog(api.db, { at: minute(n), payload });
    await storeLog(api.db, { at: minute(9) });
    const { body } = await logs();
    expect(
      body.nodes.map((node: { data: { payload: { filler: string } } | null }) => node.data?.payload.filler.length),
    ).toEqual([undefined, ...Array(5).fill(3_000_000)]);
  });
});
