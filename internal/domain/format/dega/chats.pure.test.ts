import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { makeTestMessage } from '../../../testkit/kits/test-message.js';
import { type FormatName, formats } from '../formats.js';

type Chat = 'slack' | 'google_chat';
type Bodies = Readonly<Record<Chat, unknown>>;
interface Case {
  readonly subject: string;
  readonly payload: unknown;
  readonly flags_off: Bodies;
  readonly flags_on: Bodies;
}

/** The bodies that receivers got from the Go service. */
const { cases } = JSON.parse(readFileSync('internal/testkit/contract/chats.json', 'utf8')) as { cases: Case[] };
const byName = (chat: Chat) => cases.map((each) => [each.subject, chat, each] as const);
const all = [...byName('slack'), ...byName('google_chat')];

const render = (name: FormatName, subject: string, payload: unknown): unknown => {
  const { body } = formats[name].render(makeTestMessage(JSON.stringify(payload), { subject }));
  return JSON.parse(Buffer.from(body).toString());
};
const nameOf = (prefix: 'hukz' | 'dega', chat: Chat): FormatName =>
  chat === 'slack' ? `${prefix}-slack` : `${prefix}-google-chat`;

/** The texts of the Go service with the characters of the payload that it leaves raw, as they are escaped. */
const ESCAPED: Readonly<Record<string, string>> = {
  '*Created Post: Water & <fire>*': '*Created Post: Water &amp; &lt;fire&gt;*',
  '*Created Post: Water & <fire>* \nAn excerpt': '*Created Post: Water &amp; &lt;fire&gt;* \nAn excerpt',
};
/** A message with an empty section is refused by Slack. */
const isEmptySection = (value: unknown) =>
  JSON.stringify(value) === JSON.stringify({ type: 'section', text: { type: 'mrkdwn' } });
const isEnvelope = (text: string) => text.startsWith('{"event":');

/** The body of the Go service, with the differences that docs/differences.md lists. */
function expected(value: unknown): unknown {
  if (typeof value === 'string') return isEnvelope(value) ? envelopeIn(value) : (ESCAPED[value] ?? value);
  if (Array.isArray(value)) return value.filter((each) => !isEmptySection(each)).map(expected);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expected(member)]));
}

/** Envelopes as JSON: the Go service sorts keys, and its times are of the run. */
function envelopeIn(text: string): unknown {
  const { created_at: time, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return { ...rest, created_at: expect.stringMatching(typeof time === 'string' ? /^20.*Z$/ : /never/) };
}
const sent = (value: unknown): unknown => {
  if (typeof value === 'string') return isEnvelope(value) ? JSON.parse(value) : value;
  if (Array.isArray(value)) return value.map(sent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sent(member)]));
};
/** The Go service replaces a payload that is no object by null. */
const withPayload = (wanted: unknown, payload: unknown): unknown =>
  JSON.parse(JSON.stringify(wanted), (key, value: unknown) =>
    key === 'payload' && Array.isArray(payload) ? payload : value,
  );

describe('without the switches', () => {
  it.each(all)('%s is in %s what the Go service sent', (subject, chat, each) => {
    const { payload, flags_off } = each;
    const wanted = expected(withEnvelopePayload(flags_off[chat], payload));
    expect(sent(render(nameOf('hukz', chat), subject, payload))).toEqual(wanted);
  });
});

describe('with the switches', () => {
  it.each(all)('%s is in %s what the Go service sent', (subject, chat, each) => {
    const { payload, flags_on } = each;
    const wanted = expected(withEnvelopePayload(flags_on[chat], payload));
    expect(sent(render(nameOf('dega', chat), subject, payload))).toEqual(wanted);
  });
});

/** Puts the payload into the envelope that is a text of the message. */
function withEnvelopePayload(body: unknown, payload: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (_key, value: unknown) =>
    typeof value === 'string' && isEnvelope(value) ? JSON.stringify(withPayload(JSON.parse(value), payload)) : value,
  );
}

const CHATS = ['hukz-slack', 'hukz-google-chat', 'dega-slack', 'dega-google-chat'] as const;
const ENTITIES = 'post format tag category rating claimant claim policy podcast episode menu'.split(' ');
const ODD: readonly unknown[] = [
  7,
  'text',
  null,
  true,
  [],
  [1, { name: 'x' }],
  {},
  { name: 7, title: { x: 1 }, html_description: 1, description: [], excerpt: false },
  { name: ['x'], title: 12.5, tags: [null, 1, 'x', {}, { name: 3 }], categories: { name: 'x' }, claims: [1, {}] },
  { title: 'T', medium: 'x', claims: [{ claim: 'c', claimant: 'x', rating: 1 }], published_date: 'yesterday' },
  { title: 'T', medium: { url: { raw: 'javascript:x' } }, podcast: null, season: '1', audio_url: 'x y' },
  { claim: 5, rating: { numeric_value: 'x', background_colour: { hex: '"><b>' } }, claim_date: 5 },
  { name: 'P', users: [{ first_name: 1 }, 'x'], permissions: [{ actions: 'get' }, { actions: [1, {}] }] },
];

describe('what the Go service dies of', () => {
  it.each(CHATS)('is a message without the parts that make no sense: %s', (format) => {
    for (const entity of ENTITIES)
      for (const payload of ODD) {
        const text = JSON.stringify(render(format, `${entity}.created`, payload));
        expect(text).not.toMatch(/undefined|NaN|\[object|"text":\{"type":"mrkdwn"\}/);
      }
  });

  it.each([
    ['hukz-slack', 'tagged', { name: 'x' }, '*Tagged: x*'],
    ['dega-slack', 'tag', { name: 'x' }, '* Tag: x*'],
    ['hukz-slack', 'tag.created', { name: 7 }, '*Created Tag: 7*'],
    ['hukz-slack', 'tag.created', { name: ' ', title: 'T' }, '*Created Tag: T*'],
    ['dega-slack', 'tag.created', { name: 2 ** 60 }, '*Created Tag: *'],
    ['dega-slack', 'tag.created', ['x'], '*Created Tag: *'],
  ] as const)('%s says of %s: %j', (format, subject, payload, text) => {
    const { blocks } = render(format, subject, payload) as { blocks: { text: { text: string } }[] };
    expect(blocks[0]?.text.text).toBe(text);
  });

  it('is left out: an episode without its podcast, a claim in a post without its date', () => {
    const episode = JSON.stringify(render('dega-slack', 'episode.created', { title: 'E', season: 1, episode: 2 }));
    expect(episode).not.toContain('Podcast');
    const post = { title: 'P', claims: [{ claim: 'C', fact: 'F' }] };
    expect(JSON.stringify(render('dega-google-chat', 'post.created', post))).not.toContain('ClaimDate');
  });
});

describe('the text of a payload', () => {
  const EVIL = '<!channel> & <a href="http://evil.example">click</a>';

  it.each(ENTITIES)('mentions no user and links nowhere in Slack: %s', (entity) => {
    const html = '&lt;!channel&gt; &amp;lt;b';
    const fields = { name: EVIL, title: EVIL, claim: EVIL, excerpt: EVIL, description: EVIL, html_description: html };
    const payload = { ...fields, fact: html, tags: [fields], categories: [fields], claims: [fields], users: [fields] };
    for (const format of ['hukz-slack', 'dega-slack'] as const) {
      const { blocks } = render(format, `${entity}.created`, payload) as { blocks: { text?: { text: string } }[] };
      for (const { text } of blocks) expect(text?.text ?? '').not.toMatch(/<|>|&(?!amp;|lt;|gt;)/);
    }
  });

  it('is no markup in Google Chat, except in the fields that are HTML', () => {
    const payload = { title: 'T', categories: [{ name: EVIL }], html_description: '<p>kept</p>' };
    const text = JSON.stringify(render('dega-google-chat', 'post.created', payload));
    expect(text).toContain('&lt;!channel&gt; &amp; &lt;a href=&quot;http://evil.example&quot;&gt;click&lt;/a&gt;');
    expect(text).toContain('<p>kept</p>');
    const envelope = Buffer.from(
      formats['hukz-google-chat'].render(makeTestMessage(JSON.stringify({ name: EVIL }))).body,
    ).toString();
    expect(envelope).not.toMatch(/[<>&]/);
  });

  it.each(CHATS)('is cut to what %s accepts', (format) => {
    const long = '<&é"'.repeat(20_000);
    const fields = { name: long, title: long, excerpt: long, claim: long, fact: long, html_description: long };
    const payload = { ...fields, claims: [fields, fields], tags: [fields, fields], claimant: fields, rating: fields };
    for (const entity of ENTITIES) {
      const message = makeTestMessage(JSON.stringify(payload), { subject: `${entity}.created` });
      const { body } = formats[format].render(message);
      expect(body.length).toBeLessThan(32_000);
      const texts = JSON.stringify(JSON.parse(Buffer.from(body).toString())).matchAll(/"text":("(?:[^"\\]|\\.)*")/g);
      if (format.endsWith('slack'))
        for (const [, text = '""'] of texts) expect(String(JSON.parse(text)).length).toBeLessThanOrEqual(3000);
    }
  });
});

describe('HTML becomes text', () => {
  it.each([
    ['<p>Hello <b>world</b></p><p>Second</p>', 'Hello world\n\nSecond'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<h1>Head</h1>text', 'Head\n\ntext'],
    ['<ul><li>one</li><li>two</li></ul>', 'one\ntwo'],
    ['x &amp; y &#233; &#x1F600; &eacute; &nosuch;', 'x &amp; y é 😀 &amp;eacute; &amp;nosuch;'],
    ['see <a href="https://x.y/?a=1&amp;b=2">there</a>!', 'see https://x.y/?a=1&amp;b=2!'],
    ['<a href="javascript:alert(1)">x</a>done', 'done'],
    ['<script>bad()</script><style>b{}</style>good', 'good'],
    ['1 < 2 > 0', '1 &lt; 2 &gt; 0'],
    ['<p></p>', undefined],
  ])('%s', (html, text) => {
    const { blocks } = render('dega-slack', 'tag.created', { name: 'x', html_description: html }) as {
      blocks: { text: { text: string } }[];
    };
    expect(blocks[1]?.text.text).toBe(text);
  });
});
