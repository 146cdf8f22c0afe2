import { describe, expect, it } from '@jest/globals';
import { parseKsuid } from '../domain/webhooks-rs/ksuid.js';
import { startTestApp } from '../testkit/kits/test-app.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';

const MAX_BYTES = 2048;
const kit = useAppKit({
  HUKZ_COMPAT: 'webhooks-rs',
  HUKZ_COMPAT_USER: '7',
  HUKZ_MESSAGE_MAX_BYTES: `${MAX_BYTES}B`,
});
/** An id of webhooks-rs itself. */
const KSUID = '2hV5JuBgjMAQlDNNbepHTFnkicy';
const APP_ID = /^app_[0-9A-Za-z]{27}$/;
let topics = 0;
/** A topic of its own, of letters only. */
const newTopic = () =>
  `contact.${String(++topics)
    .split('')
    .map((digit) => 'abcdefghij'[Number(digit)])
    .join('')}`;

interface Answered {
  readonly status: number;
  readonly body: { readonly id: string } & Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** Sends a POST as the SDK does: JSON without `X-User`. A text is sent as it is. */
async function post(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`http://127.0.0.1:${kit.hukz.app.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'webhooks-rs rust sdk v0.1.0', ...headers },
    ...(text !== undefined && { body: text }),
  });
  const answer = await response.text();
  return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer), headers: response.headers };
}

const newApplication = async () => (await post('/v1/application', { name: 'Example' })).body.id;
async function newEndpoint(more: { readonly topics?: readonly string[]; readonly app?: string } = {}) {
  const { topics: wanted = [newTopic()], app = await newApplication() } = more;
  const { body } = await post(`/v1/application/${app}/endpoint`, { url: kit.receiver.url, topics: wanted });
  return { app, endpoint: body.id, topic: wanted[0] ?? '' };
}
/** The message that an event is. */
async function messageOf(event: string) {
  const hex = Buffer.from(parseKsuid(event.slice('evt_'.length))?.payload ?? []).toString('hex');
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return (await kit.hukz.api.get(`/messages/${uuid}`).expect(200)).body;
}

describe('a client of webhooks-rs', () => {
  it('creates an application, an endpoint and an event, and the receiver gets the payload and nothing else', async () => {
    const topic = newTopic();
    const application = await post('/v1/application', { name: 'dummy application' });
    expect(application).toMatchObject({ status: 201, body: { id: expect.stringMatching(APP_ID) } });
    expect(application.body).toEqual({ id: application.body.id, name: 'dummy application' });
    const app = application.body.id;

    const other = await newEndpoint({ topics: [topic] });
    const url = kit.receiver.url.replace(/\/$/, '');
    const endpoint = await post(`/v1/application/${app}/endpoint`, { url, topics: [topic, 'contact.updated'] });
    expect([endpoint.status, endpoint.body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^ep_[0-9A-Za-z]{27}$/),
        app_id: app,
        url: `${url}/`,
        topics: [topic, 'contact.updated'],
      },
    ]);

    const event = await post(
      `/v1/application/${app}/event`,
      `{ "payload" : {"b": 12345678901234567890, "a":1.0} , "topic":"${topic}"}`,
    );
    expect([event.status, event.body]).toEqual([200, { id: expect.stringMatching(/^evt_[0-9A-Za-z]{27}$/) }]);
    const [received, ...more] = await kit.receiver.waitFor(1);
    expect(more).toEqual([]);
    expect([received?.method, received?.body.toString()]).toEqual(['POST', '{"b": 12345678901234567890, "a":1.0}']);
    expect(received?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(received?.headers).not.toHaveProperty('webhook-signature');

    // The endpoint of the other application has the topic, and got nothing.
    const message = await messageOf(event.body.id);
    expect(message).toMatchObject({ event: topic, payload: { a: 1 } });
    expect(message.webhooks).toHaveLength(1);
    expect(other.app).not.toBe(app);
    const { body: spaces } = await kit.hukz.api.get('/spaces?managed_by=webhooks-rs').expect(200);
    expect(spaces.nodes[0]).toMatchObject({ name: 'dummy application', created_by_id: 7 });
  });

  it('need not say who it is, and the document says so', async () => {
    const { body: document } = await kit.hukz.api.get('/openapi.json').expect(200);
    const { security } = document.paths['/application'].post;
    expect(security).toEqual([{ user: ['spaces:write'] }, { token: ['spaces:write'] }, {}]);
    expect(document.paths['/spaces'].post.security).toHaveLength(2);
  });

  it('finds the same routes without the prefix, and acts as the user that it names', async () => {
    const { body } = await post('/application', { name: 'mine' }, { 'x-user': '3' });
    const { status } = await post(`/application/${body.id}/endpoint`, { url: kit.receiver.url, topics: ['a'] });
    expect(status).toBe(201);
    const { body: spaces } = await kit.hukz.api.get('/spaces?managed_by=webhooks-rs&limit=100').expect(200);
    expect(spaces.nodes.at(-1)).toMatchObject({ name: 'mine', created_by_id: 3 });
  });

  it('disables an endpoint, which then gets nothing until it is enabled again', async () => {
    const { app, endpoint, topic } = await newEndpoint();
    const path = `/v1/application/${app}/endpoint/${endpoint}`;
    for (const repeated of [1, 2])
      expect([repeated, await post(`${path}/disable`)]).toMatchObject([repeated, { status: 204, body: undefined }]);
    const missed = await post(`/v1/application/${app}/event`, { topic, payload: 'missed' });
    expect((await messageOf(missed.body.id)).webhooks).toEqual([]);
    expect(await post(`${path}/enable`)).toMatchObject({ status: 204, body: undefined });
    await post(`/v1/application/${app}/event`, { topic, payload: 'sent' });
    const received = await kit.receiver.waitFor(1);
    expect(received.map(({ body }) => body.toString())).toEqual(['"sent"']);
  });

  it('may create an event before anybody wants its topic, which is kept', async () => {
    const app = await newApplication();
    const topic = newTopic();
    const { status, body } = await post(`/v1/application/${app}/event`, { topic, payload: null });
    expect(status).toBe(200);
    expect(await messageOf(body.id)).toMatchObject({ event: topic, payload: null, webhooks: [] });
    await newEndpoint({ app, topics: [topic] });
    await post(`/v1/application/${app}/event`, { topic, payload: [1] });
    expect((await kit.receiver.waitFor(1)).map(({ body }) => body.toString())).toEqual(['[1]']);
  });

  it('may repeat each request with an Idempotency-Key, which then changes nothing', async () => {
    const key = { 'idempotency-key': 'once' };
    const twice = async (path: string, body?: object) => {
      const [first, second] = [await post(path, body, key), await post(path, body, key)];
      expect([path, second.status, second.body]).toEqual([path, first.status, first.body]);
      return first.body;
    };
    const app = (await twice('/v1/application', { name: 'once' })).id;
    const topic = newTopic();
    const endpoint = (await twice(`/v1/application/${app}/endpoint`, { url: kit.receiver.url, topics: [topic] })).id;
    await twice(`/v1/application/${app}/endpoint/${endpoint}/enable`);
    const event = await twice(`/v1/application/${app}/event`, { topic, payload: 1 });
    expect((await messageOf(event.id)).webhooks).toHaveLength(1);
    const another = await post(`/v1/application/${app}/event`, { topic, payload: 2 }, key);
    expect([another.status, another.body.error]).toEqual([400, 'Validation errors']);
    const elsewhere = await post(`/v1/application/${await newApplication()}/event`, { topic, payload: 2 }, key);
    expect(elsewhere.status).toBe(200);
  });

  it('registers each topic once, however many endpoints are created with it at the same time', async () => {
    const [one, two] = [newTopic(), newTopic()];
    const app = await newApplication();
    const lists = Array.from({ length: 8 }, (_, nth) => (nth % 2 === 0 ? [one, two] : [two, one, two]));
    const answers = await Promise.all(
      lists.map((wanted) => post(`/v1/application/${app}/endpoint`, { url: kit.receiver.url, topics: wanted })),
    );
    expect(answers.map(({ status, body }) => [status, body.topics])).toEqual(lists.map((wanted) => [201, wanted]));
    const { body } = await kit.hukz.api.get('/events?managed_by=webhooks-rs&limit=100').expect(200);
    const subjects: string[] = body.nodes.map(({ event }: { event: string }) => event);
    expect(subjects.filter((subject) => [one, two].includes(subject)).sort()).toEqual([one, two].sort());
  });

  it('is told of what it does not know in the form of webhooks-rs', async () => {
    const mine = await newEndpoint();
    const other = await newEndpoint();
    const event = { topic: mine.topic, payload: 1 };
    const gone = await newApplication();
    const { body: spaces } = await kit.hukz.api.get('/spaces?managed_by=webhooks-rs&limit=100').expect(200);
    const { id } = spaces.nodes.at(-1);
    await kit.hukz.api.delete(`/spaces/${id}?confirm=${id}`).expect(200);
    const endpoint = { url: kit.receiver.url, topics: ['a'] };
    const unknown = [404, { error: 'Entity not found', messages: [] }];
    for (const app of [`app_${KSUID}`, gone]) {
      for (const [path, body] of [
        ['endpoint', endpoint],
        ['event', event],
        [`endpoint/${mine.endpoint}/disable`, undefined],
      ] as const) {
        const answer = await post(`/v1/application/${app}/${path}`, body);
        expect([app, path, answer.status, answer.body]).toEqual([app, path, ...unknown]);
      }
    }
    for (const endpointId of [`ep_${KSUID}`, other.endpoint]) {
      const answer = await post(`/v1/application/${mine.app}/endpoint/${endpointId}/disable`);
      expect([answer.status, answer.body]).toEqual([404, { error: 'Endpoint not found', messages: [] }]);
    }
    const { status, body } = await post(`/v1/application/${mine.app}/nothing`, {});
    expect([status, body]).toEqual([404, { error: 'no route matches this path', messages: [] }]);
    const got = await fetch(`http://127.0.0.1:${kit.hukz.app.port}/v1/application`, { headers: { 'x-user': '1' } });
    expect([got.status, await got.json()]).toEqual([405, { error: 'Method not allowed', messages: [] }]);
  });

  it.each<[string, string, unknown, number, string]>([
    ['no name', '', {}, 400, 'name is a required field'],
    ['an empty name', '', { name: '' }, 400, 'name: an application needs a name of at least one visible character'],
    ['a blank name', '', { name: ' \t' }, 400, 'name: an application needs a name of at least one visible character'],
    ['a name that is no text', '', { name: 1 }, 400, 'name must be a string'],
    ['a long name', '', { name: 'a'.repeat(256) }, 400, 'name has at most 255 characters'],
    ['NUL', '', { name: 'a\0' }, 400, 'text may not contain NUL'],
    ['no body', '', '', 400, 'the body is empty'],
    ['no JSON', '', '{"name":"a"', 400, 'line 1, column 12'],
    ['no object', '', '["a"]', 400, 'the body must be a JSON object'],
    ['no url', '/APP/endpoint', { topics: ['a'] }, 400, 'url is a required field'],
    ['an empty url', '/APP/endpoint', { url: '', topics: ['a'] }, 400, 'url is a required field'],
    [
      'a url of no scheme',
      '/APP/endpoint',
      { url: 'invalid-url', topics: ['a'] },
      400,
      'must begin with http:// or https://',
    ],
    [
      'an address of the cloud',
      '/APP/endpoint',
      { url: 'http://169.254.169.254', topics: ['a'] },
      400,
      'not a public address',
    ],
    ['no topics', '/APP/endpoint', { url: 'http://a.example' }, 400, 'topics is a required field'],
    ['an empty list of topics', '/APP/endpoint', { url: 'http://a.example', topics: [] }, 400, 'at least one topic'],
    ['a malformed topic', '/APP/endpoint', { url: 'http://a.example', topics: ['a', 'b c'] }, 400, '"b c" is not'],
    ['a topic of digits', '/APP/endpoint', { url: 'http://a.example', topics: ['a2'] }, 400, '"a2" is not the name'],
    ['a topic of two dots', '/APP/endpoint', { url: 'http://a.example', topics: ['a..b'] }, 400, '"a..b" is not'],
    [
      'a topic of NATS',
      '/APP/endpoint',
      { url: 'http://a.example', topics: ['_INBOX.a'] },
      400,
      'requests and replies',
    ],
    [
      'a topic in another case',
      '/APP/endpoint',
      { url: 'http://a.example', topics: ['There.Is'] },
      400,
      'in its case only',
    ],
    ['too many topics', '/APP/endpoint', { url: 'http://a.example', topics: Array(501).fill('a') }, 400, '500 entries'],
    ['no topic', '/APP/event', { payload: 1 }, 400, 'topic is a required field'],
    ['a malformed topic of an event', '/APP/event', { topic: 'a b', payload: 1 }, 400, '"a b" is not the name'],
    ['a topic of hukz', '/APP/event', { topic: 'hukz.result.a', payload: 1 }, 400, 'belongs to NATS'],
    ['a topic in another case of an event', '/APP/event', { topic: 'There.Is', payload: 1 }, 400, 'in its case only'],
    ['no payload', '/APP/event', { topic: 'a' }, 400, 'payload is a required field'],
    ['a payload that is no JSON', '/APP/event', '{"topic":"a","payload":x}', 400, 'line 1, column 24'],
    ['a large payload', '/APP/event', { topic: 'a', payload: 'a'.repeat(MAX_BYTES) }, 413, 'MESSAGE_MAX_BYTES'],
    ['no id of an application', '/foo/event', { topic: 'a', payload: 1 }, 400, '"foo" is not the id of an application'],
    ['another prefix', `/ep_${KSUID}/endpoint`, { url: 'http://a.example', topics: ['a'] }, 400, 'an application'],
    ['no id of an endpoint', '/APP/endpoint/ep_foo/disable', undefined, 400, '"ep_foo" is not the id of an endpoint'],
  ])('is refused with %s, and nothing is stored', async (_, path, body, status, sentence) => {
    const app = await newApplication();
    await kit.hukz.api.post('/events', { event: 'there.is' });
    const count = async (list: string): Promise<number> => (await kit.hukz.api.get(list).expect(200)).body.total;
    const counts = () => Promise.all(['/spaces', '/events', '/webhooks', '/messages'].map(count));
    const before = await counts();
    const answer = await post(`/v1/application${path.replace('APP', app)}`, body);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body)).toEqual(['error', 'messages']);
    expect([answer.body.error, ...(answer.body.messages as string[])].join('\n')).toContain(sentence);
    expect(await counts()).toEqual(before);
  });

  it('is refused with a body of another type, or of a page in a browser', async () => {
    const refusals = [
      [{ 'content-type': 'text/csv' }, 400],
      [{ 'content-encoding': 'gzip' }, 400],
      [{ 'x-user': '0' }, 401],
      [{ origin: `http://127.0.0.1:${kit.hukz.app.port}` }, 401],
      [{ 'hukz-attempt': '1' }, 403],
    ] as const;
    for (const [headers, status] of refusals) {
      const answer = await post('/v1/application', { name: 'a' }, headers);
      expect([headers, answer.status, Object.keys(answer.body)]).toEqual([headers, status, ['error', 'messages']]);
    }
  });

  it('may give options of a message, but no other space and no other subject', async () => {
    const { app, topic } = await newEndpoint();
    const send = (headers: Readonly<Record<string, string>>) =>
      post(`/v1/application/${app}/event`, { topic, payload: 1 }, headers);
    const { body } = await send({
      'hukz-delay': '1h',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    const { headers, webhooks } = await messageOf(body.id);
    expect(headers).toMatchObject({ 'Hukz-Delay': ['1h'], traceparent: [expect.any(String)] });
    expect(webhooks).toMatchObject([{ attempts: 0 }]);
    for (const [name, value] of [
      ['Hukz-Space', '0'],
      ['Hukz-Event', 'a'],
      ['Hukz-Dealy', '1h'],
    ] as const) {
      const refused = await send({ [name]: value });
      expect([refused.status, refused.body]).toEqual([
        400,
        { error: 'Validation errors', messages: [expect.stringMatching(new RegExp(name, 'i'))] },
      ]);
    }
  });

  it('may send members that webhooks-rs does not have, which the answer names', async () => {
    const { app, topic } = await newEndpoint();
    const answer = await post(`/v1/application/${app}/event`, { topic, payload: 1, more: 2 });
    expect([answer.status, answer.headers.get('hukz-ignored')]).toEqual([200, 'more']);
    const application = await post('/v1/application', { name: 'a', id: 'b' });
    expect([application.status, application.headers.get('hukz-ignored')]).toEqual([201, 'id']);
  });
});

it('without COMPAT, the routes do not exist', async () => {
  const { database, nats } = kit;
  const app = await startTestApp({ database, natsUrl: `nats://${nats.getServer()}` });
  try {
    const { status, body } = await app.api.post('/v1/application', { name: 'a' });
    expect([status, body]).toEqual([404, { errors: [{ code: 404, message: 'no route matches this path' }] }]);
    await app.api.post('/application', { name: 'a' }).expect(404);
    const { body: document } = await app.api.get('/openapi.json').expect(200);
    expect(Object.keys(document.paths).filter((path) => path.includes('application'))).toEqual([]);
  } finally {
    await app.stop();
  }
});
