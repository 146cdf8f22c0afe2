import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

const LONG = 'a'.repeat(40_000);
const LONE = '\\ud800';

describe('bad input', () => {
  let api: TestApi;
  let eventId: number;
  let webhookId: number;
  let before: Readonly<Record<string, number>>;
  let stored: string;

  const everything = async () =>
    JSON.stringify([await api.db('events').orderBy('id'), await api.db('webhooks').orderBy('id'), await api.counts()]);

  beforeAll(async () => {
    api = await makeTestApi();
    eventId = (await api.send('POST', '/events', { event: 'there.is' })).body.id;
    webhookId = (await api.send('POST', '/webhooks', { url: 'http://example.com', event_ids: [eventId] })).body.id;
    before = await api.counts();
    stored = await everything();
  });

  afterAll(() => api.stop());

  describe('in X-User', () => {
    it.each([
      '',
      ' ',
      'abc',
      '1.5',
      '1e3',
      '0',
      '-1',
      '+5',
      '01',
      '1'.repeat(20),
      '9007199254740992',
      '0x1',
      '1, 2',
      '１',
    ])('is not allowed: "%s"', async (user) => {
      const request = api.send('GET', '/events', undefined, '');
      const answer = await request.set('X-User', Buffer.from(user).toString('latin1'));
      expect([answer.status, answer.body]).toEqual([
        401,
        { errors: [{ code: 401, message: 'Not allowed', source: 'X-User' }] },
      ]);
    });

    it('is not allowed twice', async () => {
      const answer = await api.send('GET', '/events', undefined, '').set('X-User', ['1', '2'] as unknown as string);
      expect(answer.status).toBe(401);
    });

    it('is taken up to the largest whole number', async () => {
      await api.send('GET', '/events', undefined, '9007199254740991').expect(200);
    });
  });

  describe('in a path', () => {
    const ids = [
      'abc',
      '1.0',
      '-1',
      '0',
      '+1',
      '01',
      '%00',
      '1%00',
      '%zz',
      '%20',
      '2147483648',
      '99999999999',
      '9'.repeat(5000),
    ];
    const cases = ids.flatMap((id) => [
      ['GET', `/events/${id}`],
      ['PUT', `/events/${id}`],
      ['PATCH', `/webhooks/${id}`],
      ['DELETE', `/webhooks/${id}`],
    ]);
    it.each(cases)('is an invalid id: %s %.40s', async (method, path) => {
      const answer = await api.send(method!, path!);
      expect([answer.status, answer.body]).toEqual([400, { errors: [{ code: 400, message: 'Invalid ID' }] }]);
    });

    it.each(['abc', '-1', '1.5', '00', '9007199254740992', '1e3', '%00'])('is an invalid space: %s', async (space) => {
      for (const path of [`/webhooks/space/${space}`, `/webhooks/space/${space}/check?event=a`]) {
        expect((await api.send('GET', path)).body).toEqual({ errors: [{ code: 400, message: 'Invalid ID' }] });
      }
      await api.send('POST', `/webhooks/space/${space}`, {}).expect(400);
    });

    it('is the largest id, which nothing has', async () => {
      await api.send('GET', '/events/2147483647').expect(404);
    });
  });

  describe('as a body', () => {
    const paths = () => [
      ['POST', '/events'],
      ['PUT', `/events/${eventId}`],
      ['PATCH', `/events/${eventId}`],
      ['POST', '/webhooks'],
      ['POST', '/webhooks/space/1'],
      ['PUT', `/webhooks/${webhookId}`],
      ['PATCH', `/webhooks/${webhookId}`],
    ];
    const deep = (open: string, close: string, inner = '1') => open.repeat(10_000) + inner + close.repeat(10_000);

    it.each([
      ['nothing', ''],
      ['null', 'null'],
      ['a list', '[]'],
      ['a string', '"x"'],
      ['a number', '7'],
      ['half an object', '{'],
      ['two objects', '{}{}'],
      ['single quotes', "{'event':'a.b'}"],
      ['a byte order mark', '\ufeff{"event":"a.b"}'],
      ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
      ['UTF-16', Buffer.from('{"event":"a.b"}', 'utf16le')],
      ['lists 10,000 deep', deep('[', ']')],
      ['objects 10,000 deep', deep('{"a":', '}')],
      ['__proto__', '{"event":"a.b","url":"http://example.com","event_ids":[],"__proto__":{"admin":true}}'],
      ['__proto__ in tags', '{"event":"a.b","url":"http://example.com","event_ids":[],"tags":{"__proto__":"x"}}'],
      [
        'an escaped __proto__',
        '{"event":"a.b","url":"http://example.com","event_ids":[],"tags":{"\\u005f_proto__":"x"}}',
      ],
    ])('is not one: %s', async (_name, body) => {
      for (const [method, path] of paths()) {
        const request = api.send(method!, path!).set('Content-Type', 'application/json');
        // Without this serializer, the client would write bytes as a JSON list.
        const answer = await request.serialize((bytes) => bytes as unknown as string).send(body);
        expect([answer.status, answer.body.errors[0].source]).toEqual([422, undefined]);
        expect(answer.body.errors[0].message).toBe('Invalid request body');
      }
    });

    it.each([
      'text/plain; charset=utf-16',
      'application/x-www-form-urlencoded; charset=latin1',
      'text/html',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/jsonp',
      'application/json; charset=utf-16',
      'application/json; charset=latin1',
      'junk',
      ';',
    ])('is of another type: %s', async (type) => {
      for (const [method, path] of paths()) {
        await api.send(method!, path!).set('Content-Type', type).send('{"event":"a.b"}').expect(415);
      }
    });

    it('is encoded', async () => {
      const request = api.send('POST', '/events').set('Content-Type', 'application/json');
      await request.set('Content-Encoding', 'gzip').send('{"event":"a.b"}').expect(415);
    });

    it('has more values than are looked at', async () => {
      for (const [method, path] of paths()) {
        const answer = await api.send(method!, path!, { event_ids: Array(10_002).fill(1) }).expect(422);
        expect(answer.body.errors).toEqual([{ code: 422, message: 'a request body has at most 10000 values' }]);
        const many = Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`unknown${n}`, 1]));
        expect((await api.send(method!, path!, many).expect(422)).body.errors).toEqual([
          { code: 422, message: 'an object of a request body has at most 1000 members' },
        ]);
      }
    });

    it('is larger than 256 KiB', async () => {
      for (const [method, path] of paths()) {
        const answer = await api.send(method!, path!, { event: 'a'.repeat(256 * 1024) }).expect(413);
        expect(answer.body.errors).toEqual([{ code: 413, message: 'a request body has at most 256 KiB' }]);
      }
    });
  });

  const both = (body: string) => body.replaceAll("'", '"');
  const event = (fields: string) => both(`{'event':'new.event',${fields}}`);
  const webhook = (fields: string) => both(`{'url':'http://example.com','event_ids':[],${fields}}`);
  const subject = (text: string) => `{"event":${JSON.stringify(text)}}`;
  const url = (text: string) => `{"event_ids":[],"url":${JSON.stringify(text)}}`;
  const tags = (count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v'])));

  /** A body that is refused, the field that the refusal names, and its message. */
  type Row = readonly [body: string, source: string, message: string | RegExp];

  const eventRows: readonly Row[] = [
    ['{}', 'event', 'event is a required field'],
    ['{"name":"x"}', 'event', 'event is a required field'],
    [subject(''), 'event', 'event is a required field'],
    ['{"event":null}', 'event', 'event must be a string'],
    ['{"event":7}', 'event', 'event must be a string'],
    ['{"event":["a"]}', 'event', 'event must be a string'],
    ...['a..b', '.a', 'a.', 'a b', 'a\tb', 'a\r\nPUB x', 'é.x', 'a\u0000b', '%', 'a.%', '>', '*', 'a.>.b', 'a*'].map(
      (text): Row => [subject(text), 'event', /^event: /],
    ),
    ...['$SYS.x', '$JS.API.>', '_INBOX.>', '_INBOX', 'a.$b'].map((text): Row => [subject(text), 'event', /^event: /]),
    [`{"event":"a${LONE}b"}`, 'event', /^event: /],
    [subject('a'.repeat(256)), 'event', /at most 255/],
    [subject(LONG), 'event', /at most 255/],
    [subject(Array(17).fill('a').join('.')), 'event', /at most 16 tokens/],
    [subject('there.is'), 'event', 'event with same event string exist'],
    [subject('THERE.IS'), 'event', 'event with same event string exist'],
    [event(`'evnet':'x'`), 'evnet', 'there is no field "evnet"'],
    [event(`'url':'http://example.com'`), 'url', 'there is no field "url"'],
    [event(`'constructor':1`), 'constructor', 'there is no field "constructor"'],
  ];

  const commonRows: readonly Row[] = [
    [`'name':7`, 'name', 'name must be a string'],
    [`'name':'${'n'.repeat(256)}'`, 'name', 'name has at most 255 characters'],
    [`'name':'a\\u0000b'`, 'name', /NUL/],
    [`'name':'a${LONE}b'`, 'name', /surrogates/],
    [`'tags':[]`, 'tags', 'tags must be an object of strings'],
    [`'tags':'a:b'`, 'tags', 'tags must be an object of strings'],
    [`'tags':{'a':{'b':'c'}}`, 'tags', 'tags.a must be a string'],
    [`'tags':{'a':['b']}`, 'tags', 'tags.a must be a string'],
    [`'tags':{'a':7}`, 'tags', 'tags.a must be a string'],
    [`'tags':{'':'x'}`, 'tags', /a key has 1 to 64 characters/],
    [`'tags':{'a:b':'x'}`, 'tags', /a key has 1 to 64 characters/],
    [`'tags':{'a b':'x'}`, 'tags', /a key has 1 to 64 characters/],
    [`'tags':{'é':'x'}`, 'tags', /a key has 1 to 64 characters/],
    [`'tags':{'a\\u0000':'x'}`, 'tags', /a key has 1 to 64 characters/],
    [`'tags':{'${'k'.repeat(65)}':'x'}`, 'tags', /a key has 1 to 64 characters/],
    [`'tags':{'a':'${'v'.repeat(257)}'}`, 'tags', 'tags.a has at most 256 characters'],
    [`'tags':{'a':'\\u0000'}`, 'tags', /NUL/],
    [`'tags':{'a':'${LONE}'}`, 'tags', /surrogates/],
    [`'tags':${tags(33)}`, 'tags', 'tags: there are at most 32 tags'],
  ];

  const webhookRows: readonly Row[] = [
    ['{"event_ids":[]}', 'url', 'url is a required field'],
    ['{"url":"http://example.com"}', 'event_ids', 'event_ids is a required field'],
    [url(''), 'url', 'url is a required field'],
    ...[
      'example.com/hook',
      '/hook',
      '//example.com',
      'http:example.com',
      'http:///example.com',
      'http://',
      'http://?a',
    ].map((text): Row => [url(text), 'url', /^url: a URL must begin with/]),
    ...[
      'ftp://example.com',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/plain,x',
      'gopher://a',
      'unix:/a',
    ].map((text): Row => [url(text), 'url', /^url: a URL must begin with/]),
    ...['http://u:p@example.com', 'http://u@example.com', 'http://@example.com', 'http://:@example.com/'].map(
      (text): Row => [url(text), 'url', /user name or password/],
    ),
    ...['http://example.com:0', 'http://example.com:00/x'].map((text): Row => [url(text), 'url', /port 0/]),
    ...[
      'http://example.com/ x',
      'http://example.com/\r\nX: y',
      ' http://example.com',
      'http://a\\b',
      'http://a\u0000b',
      'http://a/\u2028',
    ].map((text): Row => [url(text), 'url', /^url: a URL may not contain/]),
    [`{"event_ids":[],"url":"http://a/${LONE}"}`, 'url', /^url: a URL may not contain/],
    ...['http://[::1', 'http://example.com:99999', 'http://a%00b', 'http://exa<mple.com', 'http://1.2.3.4.5.6'].map(
      (text): Row => [url(text), 'url', 'url: this is not a URL'],
    ),
    [url(`http://example.com/${'a'.repeat(2030)}`), 'url', 'url has at most 2048 characters'],
    [webhook(`'enabled':'false'`), 'enabled', 'enabled must be true or false'],
    [webhook(`'enabled':0`), 'enabled', 'enabled must be true or false'],
    [webhook(`'event':'a.b'`), 'event', 'there is no field "event"'],
    ['{"url":"http://example.com","event_ids":null}', 'event_ids', 'event_ids must be a list'],
    ['{"url":"http://example.com","event_ids":{}}', 'event_ids', 'event_ids must be a list'],
    ['{"url":"http://example.com","event_ids":["1"]}', 'event_ids', /^event_ids.0 must be/],
    ['{"url":"http://example.com","event_ids":[1.5]}', 'event_ids', 'event_ids.0 must be an id, or key: and a key'],
    ['{"url":"http://example.com","event_ids":[-1]}', 'event_ids', 'event_ids.0 must be at least 1'],
    ['{"url":"http://example.com","event_ids":[0]}', 'event_ids', 'event_ids.0 must be at least 1'],
    ['{"url":"http://example.com","event_ids":[99999999999]}', 'event_ids', /at most 2147483647/],
    ['{"url":"http://example.com","event_ids":[1e400]}', 'event_ids', /^event_ids.0 must be/],
    ['{"url":"http://example.com","event_ids":[2147483647]}', 'event_ids', /there is no event 2147483647/],
    [
      JSON.stringify({ url: 'http://a', event_ids: Array(501).fill(1) }),
      'event_ids',
      'event_ids has at most 500 entries',
    ],
    [
      JSON.stringify({ url: 'http://a', event_ids: Array.from({ length: 9990 }, (_, n) => n + 1) }),
      'event_ids',
      /at most 500/,
    ],
    [
      JSON.stringify({ url: 'http://a', event_ids: Array.from({ length: 500 }, (_, n) => n + 1000) }),
      'event_ids',
      /1000, 1001/,
    ],
    [webhook(`'space_id':-1`), 'space_id', 'space_id must be at least 0'],
    [webhook(`'space_id':'7'`), 'space_id', /^space_id must be/],
    [webhook(`'space_id':1.5`), 'space_id', 'space_id must be the number of a space, or key: and its key'],
    [webhook(`'space_id':9007199254740992`), 'space_id', /^space_id/],
  ];

  const expectRefusal = async (method: string, path: string, [body, source, message]: Row) => {
    const answer = await api.send(method, path).set('Content-Type', 'application/json').send(body);
    const told = typeof message === 'string' ? message : expect.stringMatching(message);
    expect([answer.status, answer.body.errors[0]]).toEqual([422, { code: 422, source, message: told }]);
  };

  it.each(eventRows)('is refused in a new event: %.80s (%s)', (...row) => expectRefusal('POST', '/events', row));

  it.each(commonRows)('is refused in new events and webhooks: %.80s (%s)', async (fields, source, message) => {
    await expectRefusal('POST', '/events', [event(fields), source, message]);
    await expectRefusal('POST', '/webhooks', [webhook(fields), source, message]);
    await expectRefusal('PUT', `/events/${eventId}`, [both(`{${fields}}`), source, message]);
    await expectRefusal('PUT', `/webhooks/${webhookId}`, [both(`{${fields}}`), source, message]);
  });

  it.each(webhookRows)('is refused in a new webhook: %.80s (%s)', async (...row) => {
    await expectRefusal('POST', '/webhooks', row);
    await expectRefusal('POST', '/webhooks/space/0', row);
  });

  it.each([
    [`{"event":""}`, 'event', 'event is a required field'],
    [`{"event":null}`, 'event', 'event must be a string'],
    [`{"event":"a..b"}`, 'event', /^event: /],
    [`{"tags":{"":null}}`, 'tags', /a key has/],
    [`{"tags":{"a":1}}`, 'tags', /^tags.a/],
    [`{"tags":${tags(33)}}`, 'tags', 'tags: there are at most 32 tags'],
    [`{"nmae":"x"}`, 'nmae', 'there is no field "nmae"'],
  ] satisfies Row[])('is refused in a patch of an event: %s (%s)', (...row) =>
    expectRefusal('PATCH', `/events/${eventId}`, row),
  );

  it('is refused when a patch makes too many tags out of few', async () => {
    const made = await api.send('POST', '/events', { event: 'many.tags', tags: JSON.parse(tags(32)) }).expect(201);
    const row: Row = ['{"tags":{"one":"more"}}', 'tags', 'tags: there are at most 32 tags'];
    await expectRefusal('PATCH', `/events/${made.body.id}`, row);
    await api.db('events').where({ id: made.body.id }).delete();
  });

  it.each([
    [`{"url":""}`, 'url', 'url is a required field'],
    [`{"url":null}`, 'url', 'url must be a string'],
    [`{"url":"ftp://a"}`, 'url', /^url: /],
    [`{"event_ids":null}`, 'event_ids', 'event_ids must be a list'],
    [`{"enabled":null}`, 'enabled', 'enabled must be true or false'],
    [`{"enabled":"false"}`, 'enabled', 'enabled must be true or false'],
  ] satisfies Row[])('is refused in a patch of a webhook: %s (%s)', (...row) =>
    expectRefusal('PATCH', `/webhooks/${webhookId}`, row),
  );

  it('names everything that is wrong at once, within bounds', async () => {
    const two = await api.send('POST', '/webhooks', { url: 'x', nope: 1 }).expect(422);
    expect(two.body.errors.map(({ source }: { source: string }) => source).sort()).toEqual([
      'event_ids',
      'nope',
      'url',
    ]);
    const many = Object.fromEntries(Array.from({ length: 999 }, (_, n) => [`unknown${n}`, 1]));
    expect((await api.send('POST', '/events', { event: 'a.b', ...many }).expect(422)).body.errors).toHaveLength(20);
  });

  describe('in a query', () => {
    const lists = ['/events', '/webhooks', '/webhooks/space/1', '/webhooks/logs'];

    it.each([
      'tag=foo',
      'tag=',
      'tag=:x',
      'tag=a:b&tag=foo',
      'tag=a:%00',
      'tag=%00:a',
      Array(33).fill('tag=a:b').join('&'),
    ])('is a tag that cannot be: %.60s', async (query) => {
      for (const path of lists) {
        const answer = await api.send('GET', `${path}?${query}`);
        expect([answer.status, answer.body.errors[0].source]).toEqual([422, 'tag']);
        expect(answer.body.errors[0].message).toMatch(/^tag(:| has) /);
      }
    });

    it.each([
      'tag=a:b:c',
      `tag=a:'%20or%201=1`,
      'tag=a:%22',
      'tag=a:%5C',
      'tag=__proto__:x',
      'tag=a:%ff',
      'tag=$1:?',
      'tag=a:\\u0000',
    ])('is a tag that nothing carries: %s', async (query) => {
      for (const path of lists) {
        expect((await api.send('GET', `${path}?${query}`).expect(200)).body).toEqual({ total: 0, nodes: [] });
      }
    });

    it.each([
      ['webhook_id', ['0', '-1', 'x', '2147483648', '', '1&webhook_id=2']],
      ['space_id', ['-1', 'x', '9007199254740992', '']],
      ['status', ['x', '1000', '-1', '2e2', '']],
      ['outcome', ['x', '', 'Delivered']],
      ['event', ['%00']],
      ['since', ['x', '', '2026', '2026-13-01', '2026-01-01T25:00:00Z', '2026-01-01T00:00:00', '1e9', '%00']],
      ['until', ['x', '2026-02-30', 'now', 'infinity']],
    ])('is a filter that cannot be: %s', async (name, values) => {
      for (const value of values) {
        const answer = await api.send('GET', `/webhooks/logs?${name}=${value}`);
        expect([value, answer.status, answer.body.errors?.[0].source]).toEqual([value, 422, name]);
      }
    });

    it.each(['limit=5&limit=6', 'page=1&page=1', 'limit=&limit='])('is sent once: %s', async (query) => {
      for (const path of lists) {
        const { body } = await api.send('GET', `${path}?${query}`).expect(422);
        const [name] = query.split('=');
        expect(body.errors).toEqual([{ code: 422, message: `${name}: may be given only once`, source: name }]);
      }
    });

    it.each(['limit', 'page'])('is a %s of at most 256 characters', async (name) => {
      await api.send('GET', `/events?${name}=${'x'.repeat(256)}`).expect(200);
      const { body } = await api.send('GET', `/events?${name}=${'x'.repeat(257)}`).expect(422);
      expect(body.errors).toEqual([{ code: 422, message: `${name}: has at most 256 characters`, source: name }]);
    });

    it('is a filter at the edge of what can be', async () => {
      const edges = 'since=0000-01-01T00:00:00Z&until=9999-12-31T23:59:59.999Z&status=999&space_id=9007199254740991';
      await api.send('GET', `/webhooks/logs?${edges}&webhook_id=2147483647&event=%3E%27&page=1000000000`).expect(200);
      await api.send('GET', '/webhooks/logs?since=2026-01-01&until=2026-01-31T12:00:00%2B02:00').expect(200);
      await api.send('GET', '/webhooks?space_id=x').expect(422);
      await api.send('GET', '/webhooks/space/1/check?event=%00').expect(422);
      await api.send('GET', '/events?__proto__=1&constructor=2&%zz=%zz').expect(200);
    });
  });

  it('stored and changed nothing in all of this, and was never taken for a bug', async () => {
    expect(await api.counts()).toEqual(before);
    expect(await everything()).toBe(stored);
    expect(api.lines.filter(({ name }) => name === 'api.failed')).toEqual([]);
  });
});
