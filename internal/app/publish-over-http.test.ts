import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import supertest from 'supertest';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit();
let subjects = 0;

/** An event of its own, and a webhook on it. */
async function register(more: object = {}) {
  const subject = `http.${++subjects}`;
  const event = await kit.hukz.api.event(subject);
  const webhook = await kit.hukz.api.webhook(kit.receiver.url, [event], more);
  return { subject, event, webhook };
}

function post(path: string, body: string | Buffer | object, headers: Readonly<Record<string, string>> = {}) {
  return supertest(`http://127.0.0.1:${kit.hukz.app.port}`)
    .post(path)
    .set({ 'x-user': '1', ...headers })
    .send(body);
}
const json = (body: string) => post('/messages', body, { 'content-type': 'application/json' });

describe('a message over HTTP', () => {
  it('is accepted as JSON after its commit, and delivered byte for byte', async () => {
    const { subject } = await register({ pass_headers: ['x-team'] });
    const payload = '{ "id": 12345678901234567890, "a":1, "a":2 }';
    const answer = await json(`{"headers":{"X-Team":"é"},"payload" : ${payload} ,"event":"${subject}"}`);
    expect([answer.status, answer.body]).toEqual([
      202,
      { message_id: expect.stringMatching(/^[0-9a-f-]{36}$/), webhooks: 1, duplicate: false },
    ]);
    const [received] = await kit.receiver.waitFor(1);
    expect(received?.body.toString()).toContain(`"payload":${payload}}`);
    expect(received?.headers['x-team']).toBe('%C3%A9');
  });

  it('is accepted as the bytes that it is, with headers for everything else', async () => {
    const { subject } = await register({ format: 'raw', pass_headers: ['x-team', 'authorization', 'x-user'] });
    const payload = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await post('/messages', payload, {
      'content-type': 'image/x-ours',
      'hukz-event': subject,
      'hukz-header-X-Team': 'payments',
      traceparent: trace,
      authorization: 'Bearer ours',
    });
    expect([answer.status, answer.body.webhooks]).toEqual([202, 1]);
    const [received] = await kit.receiver.waitFor(1);
    expect(received?.body.equals(payload)).toBe(true);
    expect(received?.headers).toMatchObject({ traceparent: trace, 'x-team': 'payments' });
    expect(received?.headers).not.toHaveProperty('authorization');
    expect(received?.headers).not.toHaveProperty('x-user');
  });

  it('goes to the space that it names by its key, over HTTP and over NATS', async () => {
    const { subject, event } = await register();
    const { body: space } = await kit.hukz.api.post('/spaces', { key: 'acme' });
    await kit.hukz.api.webhook(`${kit.receiver.url}/acme`, [event], { space_id: space.id });
    const ofBody = await post('/messages', { event: subject, space: 'key:acme' });
    const ofHeader = await post('/messages', { event: subject }, { 'hukz-space': 'key:acme' });
    const nobody = await post('/messages', { event: subject, space: 'key:other' });
    expect([ofBody, ofHeader, nobody].map(({ body }) => body.webhooks)).toEqual([1, 1, 0]);
    const headers = natsHeaders();
    headers.append('Hukz-Space', 'key:acme');
    const receipt = await requestReceipt(kit.nats, { subject, payload: '{}' }, { headers });
    expect(receipt.json()).toMatchObject({ webhooks: 1 });
    expect((await kit.receiver.waitFor(3)).map(({ url }) => url)).toEqual(['/acme', '/acme', '/acme']);
    await kit.hukz.api.patch(`/spaces/${space.id}`, { key: 'other' });
    expect((await post('/messages', { event: subject, space: 'key:other' })).body.webhooks).toBe(1);
  });

  it('is accepted with query parameters that mean nothing, and the answer names them', async () => {
    const { subject } = await register();
    const answer = await post('/messages?wait=1', { event: subject });
    expect([answer.status, answer.headers['hukz-ignored']]).toEqual([202, 'wait']);
  });

  it('may be any bytes in base64, or nothing at all', async () => {
    const { subject } = await register({ format: 'raw' });
    await json(`{"event":"${subject}","payload_base64":"AAEC\\/w=="}`).expect(202);
    await json(`{"event":"${subject}"}`).expect(202);
    const bodies = (await kit.receiver.waitFor(2)).map(({ body }) => body.toString('hex'));
    expect(bodies.sort()).toEqual(['', '000102ff']);
  });

  it('selects webhooks by the same words as over NATS, in its body and in its headers', async () => {
    const { subject, event } = await register({ tags: { app: 'x', env: 'a' }, space_id: 7 });
    await kit.hukz.api.webhook(`${kit.receiver.url}/other`, [event], { tags: { app: 'x' }, space_id: 8 });
    const webhooks = async (body: object, headers = {}) =>
      (await post('/messages', { event: subject, ...body }, headers).expect(202)).body.webhooks;
    expect(await webhooks({})).toBe(2);
    expect(await webhooks({ tags: { app: 'x', env: 'a' } })).toBe(1);
    expect(await webhooks({ space: 8 })).toBe(1);
    expect(await webhooks({ tags: { app: 'x' } }, { 'hukz-space': '7' })).toBe(1);
    expect(await webhooks({ space: 9 })).toBe(0);
  });

  it('is answered like any other request, accepted or refused, with its id and without secrets of the caller', async () => {
    const { subject } = await register();
    const headers = { 'x-request-id': 'ours' };
    const accepted = await post('/messages', { event: subject }, headers).expect(202);
    const refused = await post('/messages', { event: 'not.registered' }, headers).expect(404);
    const malformed = await post('/messages', { event: 'a.*' }, headers).expect(422);
    for (const answer of [accepted, refused, malformed]) {
      expect(answer.headers).toMatchObject({
        'x-request-id': 'ours',
        'x-content-type-options': 'nosniff',
        'content-type': 'application/json; charset=utf-8',
      });
      expect(answer.headers).not.toHaveProperty('x-powered-by');
    }
    await post('/messages', { event: subject }, { 'x-user': 'nobody' }).expect(401);
    const { body } = await post('/messages', { event: subject }, { 'hukz-attempt': '1' }).expect(403);
    expect(body.errors[0].source).toBe('Hukz-Attempt');
    await post('/messages/', { event: subject }).expect(202);
    await post('/messages?x=1', { event: subject }).expect(202);
  });

  it('is taken or not if its publisher hangs up, and never in halves', async () => {
    const { subject } = await register();
    const body = JSON.stringify({ event: subject, payload: { n: 1 } });
    const head = `POST /messages HTTP/1.1\r\nhost: localhost\r\nx-user: 1\r\ncontent-type: application/json\r\n`;
    const send = (text: string) =>
      new Promise<void>((resolve) => {
        const socket = connect(kit.hukz.app.port, '127.0.0.1', () => socket.end(text));
        socket
          .on('error', () => undefined)
          .resume()
          .once('close', () => resolve());
      });
    await send(`${head}content-length: ${body.length}\r\n\r\n${body.slice(0, -1)}`);
    await send(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    await kit.receiver.waitFor(1);
    await json(`{"event":"${subject}","payload":"last"}`).expect(202);
    const received = await kit.receiver.waitFor(2);
    expect(received.map((one) => JSON.parse(one.body.toString()).payload)).toEqual([{ n: 1 }, 'last']);
  });
});

describe('an id of a message', () => {
  it('makes the same message a duplicate with the first answer, however it comes', async () => {
    const { subject } = await register();
    const message = { event: subject, payload: { n: 1 } };
    const first = await post('/messages', message, { 'idempotency-key': 'a' }).expect(202);
    const again = await post('/messages', { ...message, id: 'a' }).expect(202);
    const raw = await post('/messages', Buffer.from('{"n":1}'), { 'hukz-event': subject, 'nats-msg-id': 'a' });
    expect(first.body).toMatchObject({ webhooks: 1, duplicate: false });
    expect(again.body).toEqual({ ...first.body, duplicate: true });
    expect(raw.body).toEqual(again.body);
    const headers = natsHeaders();
    headers.set('Nats-Msg-Id', 'a');
    const reply = await requestReceipt(kit.nats, { subject, payload: '{"n":1}' }, { headers });
    expect(reply.json()).toMatchObject({ duplicate: true });
    await post('/messages', { ...message, id: 'b' }).expect(202);
    expect(await kit.receiver.waitFor(2)).toHaveLength(2);
  });

  it('that a message from NATS has is known over HTTP', async () => {
    const { subject } = await register();
    const headers = natsHeaders();
    headers.set('Nats-Msg-Id', 'from nats');
    const reply = await requestReceipt(kit.nats, { subject, payload: '{"n":1}' }, { headers });
    const answer = await json(`{"event":"${subject}","payload":{"n":1},"id":"from nats"}`).expect(202);
    expect(answer.body).toEqual({ ...reply.json<object>(), duplicate: true });
  });

  it('is refused for another message, and for another subject it is another id', async () => {
    const { subject } = await register({ tags: { a: 'b' } });
    const { subject: other } = await register();
    const send = (message: object) => post('/messages', { event: subject, id: 'a', ...message });
    await send({ payload: 1 }).expect(202);
    const refused = [{ payload: 2 }, { payload: 1, tags: { a: 'b' } }, {}];
    for (const message of refused) {
      const { status, body } = await send(message);
      expect([status, body.errors[0].source]).toEqual([422, 'Idempotency-Key']);
    }
    await send({ payload: 1, event: other }).expect(202);
    expect((await send({ payload: 1 }).expect(202)).body.duplicate).toBe(true);
    expect(await kit.receiver.waitFor(2)).toHaveLength(2);
  });

  it('is remembered once by requests that come at the same time', async () => {
    const { subject } = await register();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('/messages', { event: subject, payload: {}, id: 'same' })),
    );
    expect(new Set(answers.map(({ body }) => body.message_id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.duplicate === false)).toHaveLength(1);
    expect(await kit.receiver.waitFor(1)).toHaveLength(1);
  });
});

describe('a batch', () => {
  /** The deliveries of one ordering key follow each other. */
  const MANY = 300;
  const lines = (messages: readonly unknown[]) => messages.map((one) => `${JSON.stringify(one)}\n`).join('');

  it('is answered line by line in its order, each with its own status', async () => {
    const { subject } = await register();
    const messages = [
      { event: subject, payload: 1, id: 'x' },
      { event: 'nobody.registered.this', payload: 2 },
      { event: 'a.*', payload: 3 },
      { event: subject, payload: 1, id: 'x' },
      { event: subject, payload: 5, colour: 'red' },
      { event: subject, payload: 6 },
    ];
    const list = await post('/messages/batch', messages).expect(207);
    expect(
      list.body.map(({ status, duplicate }: { status: number; duplicate?: boolean }) => [status, duplicate]),
    ).toEqual([
      [202, false],
      [404, undefined],
      [422, undefined],
      [202, true],
      [422, undefined],
      [202, false],
    ]);
    expect(list.body[4].errors).toEqual([{ code: 422, message: 'there is no field "colour"', source: 'colour' }]);
    const ndjson = await post('/messages/batch', lines([messages[0], messages[5]]), {
      'content-type': 'application/x-ndjson',
    }).expect(202);
    const answered = ndjson.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answered).toEqual([{ ...list.body[0], duplicate: true }, expect.objectContaining({ status: 202 })]);
    await kit.receiver.waitFor(3);
  });

  it('keeps its order, and shares its commits', async () => {
    const { subject } = await register({ ordering: { pointer: '/key' } });
    const messages = Array.from({ length: MANY }, (_, n) => ({ event: subject, payload: { key: 'k', n } }));
    const commits = async () => {
      const text = await (await fetch(`http://127.0.0.1:${kit.hukz.app.metricsPort}/metrics`)).text();
      return Number(/hukz_journal_flush_seconds_count\{kind="accept"\} (\d+)/.exec(text)?.[1]);
    };
    const before = await commits();
    const answer = await post('/messages/batch', messages).expect(202);
    expect(answer.body).toHaveLength(MANY);
    expect((await commits()) - before).toBeLessThan(20);
    const received = await kit.receiver.waitFor(MANY, 60_000);
    expect(received.map(({ body }) => JSON.parse(body.toString()).payload.n)).toEqual(messages.map((_, n) => n));
  }, 90_000);
});
