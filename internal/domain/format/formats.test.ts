import { describe, expect, it } from '@jest/globals';
import { makeTestMessage } from '../../testkit/kits/test-message.js';
import type { Rendering } from './format.js';
import { type FormatName, formatNames, formats } from './formats.js';

const render = (name: FormatName, payload: string | Uint8Array, subject?: string): Rendering =>
  formats[name].render(makeTestMessage(payload, subject === undefined ? {} : { subject }));
const textOf = ({ body }: Rendering) => Buffer.from(body).toString();
const bytesOf = ({ body }: Rendering) => Buffer.from(body);

const DEEP = '['.repeat(10_000) + ']'.repeat(10_000);
const MIB = `"${'x'.repeat(1024 * 1024)}"`;
const BINARY = Buffer.from([0, 1, 254, 255]);

const JSONS: [string, string][] = [
  ['an object', '{ "id": 7, "name": "water" }'],
  ['an object of other things', '{"a":{"name":"inner"}}'],
  ['names of other types', '{"name":{"x":1},"title":[1]}'],
  ['a name that is no text', '{"name":null,"title":12345678901234567890}'],
  ['duplicate keys', '{"a":1,"a":2,"__proto__":{"name":"x"}}'],
  ['an array', '[1,{"name":"x"}]'],
  ['a text', '"text"'],
  ['a number', '1'],
  ['a big integer', '12345678901234567890'],
  ['null', 'null'],
  ['a lone surrogate', '{"name":"\\ud800"}'],
  ['a depth of ten thousand', DEEP],
  ['a mebibyte', MIB],
];
const BYTES: [string, Buffer][] = [
  ['binary', BINARY],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['a byte order mark', Buffer.from('\ufeff{"name":"x"}')],
  ['text', Buffer.from('hello')],
];

describe('every format', () => {
  const all = [...JSONS, ...BYTES, ['nothing', ''] as const];
  it.each(formatNames)('%s renders whatever was published, the same each time', (name) => {
    for (const [_what, payload] of all) {
      const rendering = render(name, payload);
      expect(bytesOf(render(name, payload)).equals(bytesOf(rendering))).toBe(true);
      expect(rendering.contentType).toMatch(/^application\//);
      if (rendering.contentType.includes('json')) JSON.parse(textOf(rendering));
    }
  });

  it.each(formatNames)('%s says in headers only what headers can carry', (name) => {
    const { headers = [] } = render(name, '{}', 'a"%\u0001日\u{1fffe}本.x');
    for (const part of headers) expect(part).toMatch(/^[\x21-\x7e]+$/);
  });
});

describe('raw', () => {
  it.each(JSONS)('is %s as it is', (_name, payload) => {
    const rendering = render('raw', payload);
    expect([rendering.contentType, textOf(rendering) === payload]).toEqual(['application/json', true]);
  });

  it.each([...BYTES, ['nothing', Buffer.alloc(0)] as const])('is %s as bytes', (_name, payload) => {
    const rendering = render('raw', payload);
    expect([rendering.contentType, bytesOf(rendering).equals(payload)]).toEqual(['application/octet-stream', true]);
  });
});

describe('standard', () => {
  const HEAD = '{"type":"tag.created","timestamp":"2026-01-31T12:00:00.000Z"';

  it.each(JSONS)('holds %s unchanged', (_name, payload) => {
    expect(textOf(render('standard', payload)) === `${HEAD},"data":${payload}}`).toBe(true);
  });

  it.each(BYTES)('holds %s as base64 and says so', (_name, payload) => {
    const text = textOf(render('standard', payload));
    expect(text).toBe(`${HEAD},"data_encoding":"base64","data":"${payload.toString('base64')}"}`);
  });

  it('holds null for nothing', () => {
    expect(textOf(render('standard', ''))).toBe(`${HEAD},"data":null}`);
  });
});

const CONTEXT = {
  specversion: '1.0',
  id: '019c1409-f800-7a3b-8c1d-2e4f60718293',
  source: '/hukz',
  type: 'tag.created',
  time: '2026-01-31T12:00:00.000Z',
};

describe('cloudevents', () => {
  const HEAD = JSON.stringify(CONTEXT).slice(0, -1);

  it.each(JSONS)('holds %s unchanged', (_name, payload) => {
    const rendering = render('cloudevents', payload);
    expect(rendering.contentType).toBe('application/cloudevents+json; charset=utf-8');
    expect(textOf(rendering) === `${HEAD},"datacontenttype":"application/json","data":${payload}}`).toBe(true);
  });

  it.each(BYTES)('holds %s in data_base64', (_name, payload) => {
    expect(JSON.parse(textOf(render('cloudevents', payload)))).toEqual({
      ...CONTEXT,
      datacontenttype: 'application/octet-stream',
      data_base64: payload.toString('base64'),
    });
  });

  it('has no data for nothing', () => {
    expect(JSON.parse(textOf(render('cloudevents', '')))).toEqual(CONTEXT);
  });

  it('holds no character in its type that the specification forbids', () => {
    expect(JSON.parse(textOf(render('cloudevents', '1', 'a\u0001\u0085\ufffe.日')))).toMatchObject({
      type: 'a%01%C2%85%EF%BF%BE.日',
    });
  });
});

describe('cloudevents-binary', () => {
  it.each([...JSONS, ...BYTES])('sends %s as it is, the rest in headers', (_name, payload) => {
    const rendering = render('cloudevents-binary', payload);
    expect(bytesOf(rendering).equals(Buffer.from(payload as string))).toBe(true);
    expect(rendering.headers).toEqual(Object.entries(CONTEXT).flatMap(([name, value]) => [`ce-${name}`, value]));
  });

  it('encodes what a header cannot carry, and what would be ambiguous', () => {
    const { headers } = render('cloudevents-binary', '1', '日%"x');
    expect(headers).toEqual(expect.arrayContaining(['ce-type', '%E6%97%A5%25%22x']));
  });
});

/** The single line of text in the body of each chat format. */
const LINES: [FormatName, number, (body: never) => string][] = [
  ['slack', 3000, (body: { blocks: { text: { text: string } }[] }) => body.blocks[0]!.text.text],
  [
    'google-chat',
    4096,
    (body: { cards: { sections: { widgets: { textParagraph: { text: string } }[] }[] }[] }) =>
      body.cards[0]!.sections[0]!.widgets[0]!.textParagraph.text,
  ],
  ['discord', 2000, (body: { content: string }) => body.content],
  [
    'teams',
    28_000,
    (body: { attachments: { content: { body: { inlines: { text: string }[] }[] } }[] }) =>
      body.attachments[0]!.content.body[0]!.inlines[0]!.text,
  ],
];

describe.each(LINES)('%s', (name, limit, pick) => {
  const lineOf = (payload: string | Uint8Array, subject?: string) =>
    pick(JSON.parse(textOf(render(name, payload, subject))) as never);
  const [open, close] = { slack: ['*', '*'], 'google-chat': ['<b>', '</b>'], discord: ['**', '**'] }[
    name as string
  ] ?? ['', ''];
  const bold = (text: string) => `${open}${text}${close}`;

  it.each([
    ['{"name":"Water","title":"x"}', 'Created Tag: Water'],
    ['{"title":"Water"}', 'Created Tag: Water'],
    ['{"name":7,"title":"Water"}', 'Created Tag: Water'],
    ['{"name":" \\n","title":"Water"}', 'Created Tag: Water'],
    ['{"name":"Two\\n lines\\u0000\\u202e"}', 'Created Tag: Two lines'],
    ['{"name":"\\ud800x"}', 'Created Tag: x'],
    ['{}', 'Created Tag'],
    ['{"name":""}', 'Created Tag'],
    ['{"name":{"name":"x"}}', 'Created Tag'],
    ['{"__proto__":{"name":"x"}}', 'Created Tag'],
    ['["name"]', 'Created Tag'],
    ['"name"', 'Created Tag'],
    ['null', 'Created Tag'],
    ['', 'Created Tag'],
    ['not JSON', 'Created Tag'],
    [DEEP, 'Created Tag'],
    [`{"name":"x","rest":${MIB}}`, 'Created Tag'],
  ])('says what happened: %.40s', (payload, expected) => {
    expect(lineOf(payload)).toBe(bold(expected));
  });

  it.each([
    ['tagged', 'Tagged'],
    ['order.item.created', 'Created Order Item'],
    ['claim_review.updated', 'Updated Claim Review'],
    ['日本.élu', 'Élu 日本'],
  ])('makes words of the subject %s', (subject, expected) => {
    expect(lineOf('1', subject)).toBe(bold(expected));
  });

  it.each(['&', '<', '"', '*', '\u0001"\\', '\\', '日', '👍'])(
    'stays within the limit of its chat, all of %j',
    (sign) => {
      const payload = JSON.stringify({ name: sign.repeat(20_000) });
      expect(lineOf(payload).length).toBeLessThan(limit);
      expect(render(name, payload, `${sign.repeat(2000)}.created`).body.length).toBeLessThan(28 * 1024);
      expect(lineOf(payload)).not.toMatch(/\p{Cs}/u);
    },
  );
});

describe('in a chat, a text', () => {
  it('mentions no user and links nowhere in Slack', () => {
    const { text, blocks } = JSON.parse(textOf(render('slack', '{"name":"<!channel> <http://x|y> & <@U1>"}')));
    const escaped = 'Created Tag: &lt;!channel&gt; &lt;http://x|y&gt; &amp; &lt;@U1&gt;';
    expect([text, blocks[0].text.text]).toEqual([escaped, `*${escaped}*`]);
  });

  it('is no markup in Google Chat', () => {
    expect(textOf(render('google-chat', '{"name":"<a href=\\"x\\">"}'))).toContain('&lt;a href=&quot;x&quot;&gt;');
  });

  it('mentions no user in Discord, and is no markdown', () => {
    const body = JSON.parse(textOf(render('discord', '{"name":"@everyone **[a](http://b)**"}')));
    expect(body).toEqual({
      content: '**Created Tag: \\@everyone \\*\\*\\[a\\](http://b)\\*\\***',
      allowed_mentions: { parse: [] },
    });
  });
});
