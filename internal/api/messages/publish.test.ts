import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import { SpaceKeys } from '../../domain/matching/space-names.js';
import type { Publication, PublishOutcome } from '../../domain/message/publication.js';
import type { Spaces } from '../../identity/principal.js';
import { eventually } from '../../testkit/eventually.js';
import { makeTestApi, TEST_PUBLISHING, type TestApi } from '../../testkit/kits/test-api.js';
import { withinGrant } from './within-grant.js';

const STORED: PublishOutcome = {
  outcome: 'stored',
  messageId: 'm',
  webhooks: 1,
  problem: undefined,
  isOrderedByStream: false,
};
const MAX_BYTES = 1024;

let api: TestApi;
let outcome: PublishOutcome | Promise<PublishOutcome>;
let published: Publication[];
const statuses: number[] = [];

beforeAll(async () => {
  api = await makeTestApi({
    publishing: {
      ...TEST_PUBLISHING,
      maxBytes: MAX_BYTES,
      maxBodyBytes: 5 << 20,
      trouble: async () => undefined,
      async publish(publication) {
        published.push(publication);
        return outcome;
      },
      onAnswer: (status) => void statuses.push(status),
    },
  });
});
afterAll(() => api.stop());
beforeEach(() => {
  outcome = STORED;
  published = [];
});

type Headers = Readonly<Record<string, string | string[]>>;

/** A text is sent as it is. Without a content type, that of the client is removed. */
const send = (body: string | Buffer | undefined, headers: Headers = {}, path = '/messages') => {
  const request = api.send('POST', path).set('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers)) request.set(name, value as string);
  // Otherwise the client would turn bytes of a JSON type into JSON.
  return request.serialize((given: unknown) => given as string).send(body);
};
const told = () =>
  published.map(({ subject, headers, payload }) => ({ subject, headers, payload: Buffer.from(payload).toString() }));
const EVENT = { specversion: '1.0', id: '1', source: '/s', type: 'a.b' };
const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const BINARY = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 'a.b' };

describe('every form of a message becomes the message that a publisher of NATS would send', () => {
  it.each<[string, string | Buffer, Headers, object]>([
    ['JSON', '{"event":"a.b","payload":{"n":1.0e2}}', {}, { payload: '{"n":1.0e2}' }],
    ['JSON of a script', '{"event":"a.b"}', { 'content-type': 'application/x-www-form-urlencoded' }, { payload: '' }],
    ['JSON with null', '{"event":"a.b","payload":null}', {}, { payload: 'null' }],
    ['JSON without a payload', '{"event":"a.b"}', {}, { payload: '' }],
    [
      'JSON with every field',
      JSON.stringify({
        event: 'a.b',
        payload: 1,
        headers: { 'X-A': ['1', '2'] },
        tags: { a: 'b', c: '' },
        space: 7,
        id: 'k',
        request_id: 'r',
        retry: true,
      }),
      {},
      {
        payload: '1',
        headers: [
          ['Hukz-Tag', 'a:b'],
          ['Hukz-Tag', 'c:'],
          ['Hukz-Space', '7'],
          ['Hukz-Request-Id', 'r'],
          ['X-A', '1'],
          ['X-A', '2'],
          ['Nats-Msg-Id', 'k'],
        ],
      },
    ],
    [
      'JSON for the key of a space',
      '{"event":"a.b","space":"key:eu"}',
      {},
      { payload: '', headers: [['Hukz-Space', 'key:eu']] },
    ],
    [
      'JSON with options of the request',
      '{"event":"a.b","tags":{"a":"b"}}',
      { 'hukz-space': '7', 'idempotency-key': 'k', traceparent: 't', authorization: 'Bearer x', cookie: 'a=b' },
      {
        payload: '',
        headers: [
          ['Hukz-Space', '7'],
          ['Hukz-Tag', 'a:b'],
          ['traceparent', 't'],
          ['Nats-Msg-Id', 'k'],
        ],
      },
    ],
    [
      'bytes',
      Buffer.from('{"a":1}'),
      { 'hukz-event': 'a.b', 'hukz-tag': 'a:é', 'hukz-header-X-Team': 'x', 'hukz-receipt': '1', 'x-other': 'no' },
      {
        payload: '{"a":1}',
        headers: [
          ['Hukz-Tag', 'a:é'],
          ['Content-Type', 'application/json'],
          ['X-Team', 'x'],
        ],
      },
    ],
    [
      'a CloudEvent in binary mode',
      Buffer.from('<a/>'),
      { ...BINARY, 'content-type': 'text/xml', 'ce-subject': 'Euro%20%E2%82%AC' },
      {
        payload: '<a/>',
        headers: [
          ['Content-Type', 'text/xml'],
          ['ce-specversion', '1.0'],
          ['ce-id', '1'],
          ['ce-source', '/s'],
          ['ce-type', 'a.b'],
          ['ce-subject', 'Euro%20%E2%82%AC'],
          ['Nats-Msg-Id', '/s 1'],
        ],
      },
    ],
    [
      'a CloudEvent in structured mode',
      '{"specversion":"1.0","id":"1","source":"/s","type":"a.b","subject":"Euro €","n":5,"none":null,"data":{"x":1.00}}',
      STRUCTURED,
      {
        payload: '{"x":1.00}',
        headers: [
          ['Content-Type', 'application/json'],
          ['ce-specversion', '1.0'],
          ['ce-id', '1'],
          ['ce-source', '/s'],
          ['ce-type', 'a.b'],
          ['ce-subject', 'Euro%20%E2%82%AC'],
          ['ce-n', '5'],
          ['Nats-Msg-Id', '/s 1'],
        ],
      },
    ],
  ])('%s', async (_, body, headers, wanted) => {
    const { status, body: answer } = await send(body, headers);
    expect([status, answer]).toEqual([202, { message_id: 'm', webhooks: 1, duplicate: false }]);
    expect(told()).toEqual([{ subject: 'a.b', headers: [], ...wanted }]);
  });

  it('data of a CloudEvent that is text, or bytes, are the text and the bytes', async () => {
    const events = [
      { ...EVENT, datacontenttype: 'text/plain', data: 'é "quoted"' },
      { ...EVENT, datacontenttype: 'application/octet-stream', data_base64: 'aGk=' },
      { ...EVENT, datacontenttype: 'application/vnd.x+json', data: 'text' },
      EVENT,
    ];
    for (const event of events) await send(JSON.stringify(event), STRUCTURED).expect(202);
    expect(told().map(({ payload }) => payload)).toEqual(['é "quoted"', 'hi', '"text"', '']);
  });

  it('a CloudEvent of the official library is the same in both modes, alone and in a batch', async () => {
    const event = new CloudEvent({
      ...EVENT,
      id: 'é 1',
      subject: 'a "b" %',
      time: '2026-01-31T12:00:00.000Z',
      comexample: 'x',
      datacontenttype: 'application/json',
      data: { n: 1, text: 'é' },
    });
    const binary = HTTP.binary(event);
    const structured = HTTP.structured(event);
    await send(String(binary.body), encodedHeaders(binary.headers)).expect(202);
    await send(String(structured.body), structured.headers as Headers).expect(202);
    const batch = await send(`[${structured.body},${structured.body}]`, {
      'content-type': 'application/cloudevents-batch+json',
    }).expect(202);
    expect(batch.body).toHaveLength(2);
    const [first, ...others] = told().map(({ subject, headers, payload }) => ({
      subject,
      payload: JSON.parse(payload),
      headers: headers.filter(([name]) => name !== 'Content-Type').sort(),
    }));
    expect(first).toMatchObject({ subject: 'a.b', payload: { n: 1, text: 'é' } });
    expect(first?.headers).toContainEqual(['Nats-Msg-Id', '/s %C3%A9%201']);
    expect(first?.headers).toContainEqual(['ce-comexample', 'x']);
    expect(others).toEqual([first, first, first]);
  });

  /** The library leaves it to its transport to encode the values of headers. */
  const encodedHeaders = (headers: object): Headers =>
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        name.startsWith('ce-') ? String(value).replaceAll(/[^!#-$&-~]/gu, encodeURIComponent) : value,
      ]),
    );
});

describe('a malformed message is refused with a sentence, and nothing is published', () => {
  const message = (fields: object) => JSON.stringify({ event: 'a.b', ...fields });
  it.each<[string | Buffer, Headers, number, string | RegExp]>([
    ['', {}, 422, 'Invalid request body'],
    ['[]', {}, 422, 'Invalid request body'],
    ['{"event":"a.b"', {}, 422, 'Invalid request body'],
    ['{"event":"a.b","payload":{]}', {}, 422, 'Invalid request body'],
    [Buffer.from([...Buffer.from('{"event":"a.b","payload":"'), 0xff, 0x22, 0x7d]), {}, 422, 'Invalid request body'],
    ['{"event":"a.b","payload":1,"payload":2}', {}, 422, 'payload may be given once'],
    ['{}', {}, 422, 'event is a required field'],
    [message({ event: '' }), {}, 422, 'event is a required field'],
    [message({ event: 7 }), {}, 422, 'event must be a string'],
    [message({ event: 'a.*' }), {}, 422, 'a message has one subject, without the wildcards * and >'],
    [message({ event: 'a.>' }), {}, 422, 'a message has one subject, without the wildcards * and >'],
    [message({ event: 'a..b' }), {}, 422, /empty tokens/],
    [message({ event: '.a' }), {}, 422, /empty tokens/],
    [message({ event: 'a b' }), {}, 422, /visible ASCII/],
    [message({ event: 'é' }), {}, 422, /visible ASCII/],
    [message({ event: 'a\n' }), {}, 422, /visible ASCII/],
    [message({ event: 'a'.repeat(256) }), {}, 422, /at most 255 characters/],
    [message({ evnt: 1 }), {}, 422, 'there is no field "evnt"'],
    [message({ payload: 1, payload_base64: '' }), {}, 422, /payload or payload_base64, not both/],
    [message({ payload_base64: 'a' }), {}, 422, /must be a string in base64/],
    [message({ payload_base64: 'AA=A' }), {}, 422, /must be a string in base64/],
    [message({ payload_base64: 5 }), {}, 422, /must be a string in base64/],
    [message({ headers: { 'a b': '' } }), {}, 422, /name of a header is a token/],
    [message({ headers: { 'hukz-tag': 'a:b' } }), {}, 422, /fields of its own/],
    [message({ headers: { 'Nats-Msg-Id': 'x' } }), {}, 422, /fields of its own/],
    [message({ headers: { a: 'b\r\nc' } }), {}, 422, /control characters/],
    [message({ headers: { a: 1 } }), {}, 422, /must be a string, or a list of strings/],
    [message({ headers: { a: 'x'.repeat(5000) } }), {}, 422, /at most 4096 characters/],
    [message({ tags: { 'a:b': '' } }), {}, 422, /a key has 1 to 64 characters/],
    [message({ tags: ['a:b'] }), {}, 422, /tags must be/],
    [message({ space: -1 }), {}, 422, /space must be at least 0/],
    [message({ space: '7' }), {}, 422, /name the number of a space/],
    [message({ space: 7 }), { 'hukz-space': '8' }, 422, /one space per message/],
    [message({ webhooks: ['x'] }), {}, 422, /webhooks.0: name the id of a webhook/],
    [message({ id: '' }), {}, 422, /id is a required field/],
    [message({ id: 'x'.repeat(513) }), {}, 422, /id has 1 to 512 characters/],
    [message({ id: 'a\u0000' }), {}, 422, /control characters/],
    [message({ id: 'a' }), { 'idempotency-key': 'b' }, 422, /the same thing, and differ/],
    [message({ retry: 'no' }), {}, 422, 'retry must be true or false'],
    [message({}), { 'hukz-tag': 'no colon' }, 422, /a tag is written key:value/],
    [message({}), { 'hukz-space': 'seven' }, 422, /is not the number of a space/],
    [message({}), { 'hukz-tagg': 'a:b' }, 422, 'there is no header hukz-tagg'],
    ['x', { 'hukz-event': 'a.b', 'hukz-header-Nats-Rollup': 'all' }, 422, /may not begin with Hukz- or Nats-/],
    ['x', { 'hukz-event': 'a.b', 'hukz-header-nats-msg-id': 'k' }, 422, /may not begin with Hukz- or Nats-/],
    ['x', { ...BINARY, 'hukz-header-HUKZ-Space': '7' }, 422, /may not begin with Hukz- or Nats-/],
    [message({}), { 'content-type': 'text/html' }, 415, /a message is JSON/],
    [message({}), { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' }, 415, /a message is JSON/],
    [message({}), { 'content-encoding': 'gzip' }, 415, /content encoding/],
    ['x', { 'hukz-event': 'a.*' }, 422, /without the wildcards/],
    ['x', { 'hukz-event': 'a.b', ...BINARY }, 422, /Hukz-Event may not be given/],
    ['x', { ...BINARY, 'ce-specversion': '0.3' }, 422, 'specversion must be 1.0'],
    ['x', { 'ce-id': '1', 'ce-source': '/', 'ce-type': 'a' }, 422, 'specversion must be 1.0'],
    ['x', { ...BINARY, 'ce-type': 'a.*' }, 422, /without the wildcards/],
    ['x', { ...BINARY, 'ce-id': '' }, 422, 'a CloudEvent has the attribute id'],
    [JSON.stringify({ ...EVENT, source: '' }), STRUCTURED, 422, 'a CloudEvent has the attribute source'],
    [JSON.stringify({ ...EVENT, type: undefined }), STRUCTURED, 422, 'a CloudEvent has the attribute type'],
    [JSON.stringify({ ...EVENT, Upper: 1 }), STRUCTURED, 422, /consists of a-z and 0-9/],
    [JSON.stringify({ ...EVENT, nested: {} }), STRUCTURED, 422, /a string, a number or a boolean/],
    [JSON.stringify({ ...EVENT, data: 1, data_base64: '' }), STRUCTURED, 422, /data or data_base64, not both/],
    [JSON.stringify({ ...EVENT, data_base64: '!' }), STRUCTURED, 422, /must be a string in base64/],
    [Buffer.alloc(MAX_BYTES + 1), { 'hukz-event': 'a.b' }, 413, /at most 1024 bytes/],
    [message({ payload: 'x'.repeat(MAX_BYTES) }), {}, 413, /at most 1024 bytes/],
    [message({ payload_base64: Buffer.alloc(MAX_BYTES + 1).toString('base64') }), {}, 413, /at most 1024 bytes/],
    [message({ payload: 'x'.repeat(200_000) }), {}, 413, /at most 1024 bytes/],
    [JSON.stringify({ ...EVENT, data: 'x'.repeat(MAX_BYTES) }), STRUCTURED, 413, /at most 1024 bytes/],
  ])('%s %j', async (body, headers, status, sentence) => {
    const answer = await send(body, headers);
    const first: string = answer.body.errors[0].message;
    expect([answer.status, first]).toEqual([
      status,
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    ]);
    expect(published).toEqual([]);
    expect(statuses.at(-1)).toBe(status);
  });

  it('and keeps within the spaces of its publisher', async () => {
    const given = { subject: 'a.b', payload: Buffer.from(''), headers: [['Hukz-Space', '7']] } as const;
    const without = { ...given, headers: [] };
    const names = new SpaceKeys();
    names.change([{ id: 7, key: 'eu' }]);
    const kept = (message: Publication, spaces: Spaces) => withinGrant(message, { spaces }, names);
    expect(kept(without, 'all')).toBe(without);
    expect(kept(given, [6, 7])).toEqual(given);
    expect(kept(without, [7])).toEqual(given);
    const keyed = (key: string) => ({ ...given, headers: [['hukz-space', `key:${key}`]] }) as const;
    expect(kept(keyed('eu'), 'all')).toEqual(keyed('eu'));
    // Another space may have the key by the time of the match, so that only the number is safe.
    expect(kept(keyed('eu'), [6, 7])).toEqual(given);
    // The id of a message of one space is not that of another space.
    const identified = { ...given, headers: [['Nats-Msg-Id', 'a'], ...given.headers] } as const;
    expect(kept(identified, 'all')).toBe(identified);
    expect(kept(identified, [7]).headers).toEqual([
      ['Nats-Msg-Id', '7/a'],
      ['Hukz-Space', '7'],
    ]);
    const refusals: [Publication, Spaces][] = [
      [given, [8]],
      [without, [6, 7]],
      [without, []],
      [keyed('eu'), [8]],
      [keyed('us'), [7]],
    ];
    for (const [message, spaces] of refusals) expect(() => kept(message, spaces)).toThrow('name one of your spaces');
  });

  it('and keeps within the subjects of its publisher', () => {
    const given = { subject: 'order.made', payload: Buffer.from(''), headers: [] };
    const kept = (publishTo: string[]) => withinGrant(given, { spaces: 'all', publishTo }, new SpaceKeys());
    expect(kept(['user.>', 'order.*'])).toBe(given);
    for (const publishTo of [[], ['order.paid'], ['order']])
      expect(() => kept(publishTo)).toThrow('this caller may not publish to "order.made"');
  });

  it('and says where its JSON has a mistake', async () => {
    const { body } = await send('{"event":"a.b",\n "payload":{"a":01}}').expect(422);
    expect(body.errors.map(({ message: each }: { message: string }) => each)).toEqual([
      'Invalid request body',
      expect.stringMatching(/^line 2, column \d+: /),
    ]);
    const line = (await send('{"event":}\n', {}, '/messages/batch').expect(207)).body[0];
    expect(line.errors[1].message).toMatch(/^line 1, column \d+: /);
  });

  it('and needs a user', async () => {
    await api.send('POST', '/messages', { event: 'a.b' }, '').expect(401);
  });
});

describe('the outcome of a message', () => {
  it.each<[PublishOutcome, number, object]>([
    [{ outcome: 'known', messageId: 'm', webhooks: 2 }, 202, { message_id: 'm', webhooks: 2, duplicate: true }],
    [{ outcome: 'known', messageId: 'm', webhooks: undefined }, 202, { message_id: 'm', webhooks: null }],
    [{ outcome: 'unwanted', problem: undefined }, 202, { message_id: null, webhooks: 0, duplicate: false }],
    [{ outcome: 'conflicting' }, 422, {}],
    [{ outcome: 'unregistered' }, 404, {}],
    [{ outcome: 'reserved' }, 422, {}],
    [{ outcome: 'refused', problem: 'why' }, 422, {}],
    [{ outcome: 'failed' }, 503, {}],
    [{ outcome: 'overloaded' }, 429, {}],
    [{ outcome: 'stopping' }, 503, {}],
    [{ outcome: 'away', server: 'PostgreSQL' }, 503, {}],
    [{ outcome: 'unconfirmed', server: 'NATS' }, 503, {}],
  ])('%j is answered with %s', async (given, status, body) => {
    outcome = given;
    const answer = await api.send('POST', '/messages', { event: 'a.b' });
    expect([answer.status, answer.body]).toMatchObject([status, body]);
    if (status === 429) expect(answer.headers['retry-after']).toBe('1');
  });
});

it('query parameters are ignored, and named in the answer', async () => {
  for (const path of ['/messages', '/messages/batch']) {
    const { headers } = await send(path === '/messages' ? '{"event":"a.b"}' : '[]', {}, `${path}?dry_run=1&x`).expect(
      202,
    );
    expect(headers['hukz-ignored']).toBe('dry_run, x');
  }
});

it('bodies occupy memory until their answers: beyond INTAKE_MAX_BYTES in total, they are refused and counted', async () => {
  const large = `${'\n'.repeat(3 << 20)}{"event":"a.b"}`;
  let answer: (accepted: PublishOutcome) => void = () => undefined;
  outcome = new Promise((resolve) => (answer = resolve));
  const first = send(large, {}, '/messages/batch').then(({ status }) => status);
  await eventually(() => published.length === 1, { what: 'the first message' });
  const second = await send(large, {}, '/messages/batch');
  expect([second.status, second.headers['retry-after']]).toEqual([429, expect.any(String)]);
  expect([api.refused, statuses.at(-1), published.length]).toEqual([['body_memory'], 429, 1]);
  answer(STORED);
  expect(await first).toBe(202);
  outcome = STORED;
  await send(large, {}, '/messages/batch').expect(202);
});

describe('a batch', () => {
  const message = '{"event":"a.b","payload":1}';
  const batch = (body: string, headers: Headers = {}) => send(body, headers, '/messages/batch');

  it('is a JSON array or lines, whatever its content type says of the two', async () => {
    expect((await batch(`[${message}, ${message}]`).expect(202)).body).toHaveLength(2);
    expect((await batch(`\n${message}\r\n\n${message}\n`).expect(202)).body).toHaveLength(2);
    expect((await batch('[]').expect(202)).body).toEqual([]);
    expect(published).toHaveLength(4);
  });

  it.each<[string, string, Headers, number, RegExp]>([
    ['a list that ends', `[${message}`, {}, 422, /not a JSON array/],
    ['a list with a comma too many', `[${message},]`, {}, 422, /not a JSON array/],
    ['too many', `[${Array(1001).fill(message).join()}]`, {}, 422, /at most 1000 messages/],
    ['too large', `[${Array(5).fill(`"${'x'.repeat(1 << 20)}"`)}]`, {}, 413, /at most 4 MiB/],
    ['a key for all of them', `[${message}]`, { 'idempotency-key': 'a' }, 422, /an id of its own/],
    ['a subject for all of them', `[${message}]`, { 'hukz-event': 'a.b' }, 422, /names its own subject/],
    ['another type', `[${message}]`, { 'content-type': 'text/csv' }, 415, /a batch is a JSON array/],
  ])('is refused as a whole: %s', async (_, body, headers, status, sentence) => {
    const answer = await batch(body, headers);
    expect([answer.status, answer.body.errors[0].message]).toEqual([status, expect.stringMatching(sentence)]);
    expect(published).toEqual([]);
  });

  it('is documented without the headers that it refuses', async () => {
    const { paths } = (await api.send('GET', '/openapi.json').expect(200)).body;
    const { parameters }: { parameters: { name: string }[] } = paths['/messages/batch'].post;
    const names = parameters.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Hukz-Space', 'Hukz-Tag']));
    expect(names).not.toContain('Hukz-Event');
    expect(names).not.toContain('Idempotency-Key');
  });

  it('goes on after a line that is malformed', async () => {
    const lines = ['{', message, '7', `{"event":"a.b","payload":"${'x'.repeat(100_000)}"}`, message];
    const answer = await batch(lines.join('\n')).expect(207);
    expect(answer.body.map(({ status }: { status: number }) => status)).toEqual([422, 202, 422, 413, 202]);
    expect(published).toHaveLength(2);
  });
});
