import { describe, expect, it } from '@jest/globals';
import { shortestMs } from '../../../testkit/turns/shortest-ms.js';
import { escapedForms } from './escaped-forms.js';
import { maskable, maskBody, maskText, soughtOf } from './mask.js';

const SECRET = 's3cr=t +/"<&>\\ü%41-and-a-long-tail';
const seek = (...values: string[]) => soughtOf(maskable(values));
const secrets = seek(SECRET);
const MAX_TURN_MS = 20;
const inBase64 = (before: string) => Buffer.from(`${before}${SECRET} and more`).toString('base64');
const python = (text: string) =>
  JSON.stringify(text).replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
const numbered = (text: string) => [...text].map((sign) => `&#${sign.codePointAt(0)};`).join('');
const NAMES: Readonly<Record<string, string>> = {
  ...{ '&': 'AMP', '<': 'lt', '>': 'gt', '"': 'quot', '/': 'sol', '\\': 'bsol', '+': 'plus', '=': 'equals' },
  ...{ '%': 'percnt', '.': 'period' },
};
const named = (text: string) => [...text].map((sign) => (NAMES[sign] ? `&${NAMES[sign]};` : sign)).join('');
const eachHex = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');

describe('a secret in a body is masked', () => {
  it.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify(SECRET)],
    [
      'in JSON of another make',
      python(SECRET).replaceAll('/', '\\/').replaceAll('<', '\\u003C').replaceAll('+', '\\u002B'),
    ],
    ['in JSON within JSON', JSON.stringify(JSON.stringify(SECRET))],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a form', new URLSearchParams({ a: SECRET }).toString()],
    ['in a URL, each byte', eachHex(SECRET)],
    ['in a URL within a URL', encodeURIComponent(encodeURIComponent(SECRET))],
    [
      'in HTML',
      SECRET.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ],
    ['in HTML, each sign', numbered(SECRET)],
    ['in HTML, each sign by its name', named(SECRET)],
    ['in HTML within JSON', JSON.stringify(named(SECRET))],
    ['in hex', Buffer.from(SECRET).toString('hex')],
    ['in capital hex', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ...['', 'a', 'ab', 'user:'].flatMap(
      (before) =>
        [
          [`in base64 after ${before.length} bytes`, inBase64(before)],
          [`in base64url after ${before.length} bytes`, Buffer.from(`${before}${SECRET}`).toString('base64url')],
          [`in base64 in JSON after ${before.length} bytes`, inBase64(before).replaceAll('/', '\\/')],
          [`in base64 in a URL after ${before.length} bytes`, encodeURIComponent(inBase64(before))],
        ] as const,
    ),
  ])('%s', (_how, written) => {
    const masked = maskText(`before ${written} between ${written} after`, secrets);
    expect(masked).toMatch(/^before .*\*\*\*.* between .*\*\*\*.* after$/);
    const rest = masked.replace('before ', '').replace(' between ', '').replace(' after', '');
    // The remaining base64 characters belong to the bytes around the secret.
    expect(rest.length).toBeLessThan(70);
    expect(rest).not.toMatch(/s3cr|tail|czNjc|dGFpb|7333|%7|&#1/i);
  });

  it.each([
    ['JSON in base64', (text: string) => btoa(JSON.stringify({ authorization: text }))],
    ['JSON of PHP in base64', (text: string) => btoa(JSON.stringify({ a: text }).replaceAll('/', '\\/'))],
    ['JSON in hex', (text: string) => Buffer.from(JSON.stringify([text])).toString('hex')],
    ['a form in base64', (text: string) => btoa(`grant=x&client_secret=${encodeURIComponent(text)}&y=z`)],
  ])('%s', (_how, write) => {
    const secret = 'a"quoted\\secret/with+all%of=it';
    const masked = maskText(`before ${write(secret)} after`, seek(secret, ...escapedForms(secret)));
    expect(masked).toMatch(/^before \S{4,60}\*\*\*\S{0,12} after$/);
  });

  const BEFORE = 'so many other headers that a line ends within it: ';
  it.each([
    ['in base64 in lines', 'base64', 76, '\r\n'],
    ['in base64 in short lines', 'base64', 20, '\n'],
    ['in base64 in lines with a margin', 'base64', 40, '\n    '],
    ['in base64 in lines in JSON', 'base64', 76, '\\r\\n'],
    ['in base64url in lines', 'base64url', 76, '\n'],
    ['in hex in lines', 'hex', 32, '\n'],
  ] as const)('%s', (_how, encoding, width, end) => {
    const written = Buffer.from(BEFORE + SECRET).toString(encoding);
    const masked = maskText(written.replaceAll(new RegExp(`.{${width}}(?=.)`, 'g'), `$&${end}`), secrets);
    const left = masked.replaceAll(/\s|\\[rn]/g, '');
    expect(left).toBe(`${written.slice(0, left.indexOf('***'))}***${left.slice(left.indexOf('***') + 3)}`);
    expect(Buffer.from(left.slice(0, left.indexOf('***')), encoding).toString()).toMatch(/ it: ?$/);
    expect(left.length - left.indexOf('***')).toBeLessThan(7);
  });

  it('and nothing else is', () => {
    const body = Buffer.from('{"ok":true,"path":"C:\\\\s3","share":"100%","a":"s3cr=t"}');
    expect(maskBody(body, secrets, false)).toBe(body);
    expect(maskBody(body, seek(), true)).toBe(body);
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
    expect(maskBody(bytes, secrets, true)).toBe(bytes);
  });

  it('without a change of the bytes around it', () => {
    const around = Buffer.from([0, 255, 195, 92, 34, 37, 38]);
    const body = Buffer.concat([around, Buffer.from(SECRET), around]);
    expect(Buffer.from(maskBody(body, secrets, false))).toEqual(Buffer.concat([around, Buffer.from('***'), around]));
  });

  it('that overlaps with another, or is a part of it', () => {
    const values = seek('abcdefgh', 'efghijkl', 'cdef');
    expect(maskText('-abcdefghijkl-cdef-abcd-', values)).toBe('-***-***-abcd-');
  });

  it('that breaks off after a part that is long enough to know it', () => {
    expect(maskText(`${SECRET.slice(0, 20)}…`, secrets)).toBe('***…');
  });

  it('that begins within a part of itself', () => {
    const secret = `${'ab'.repeat(10)}-and-the-rest-of-it`;
    expect(maskText(`=> abab${secret}.`, seek(secret))).toBe('=> ***.');
  });

  it('unless it is too short to be told from innocent text', () => {
    expect(maskable(['abc', ''])).toEqual([]);
    expect(maskText('an abc', seek('abc'))).toBe('an abc');
  });
});

describe('a secret at the place where a body was cut', () => {
  const writings = [
    SECRET,
    JSON.stringify(SECRET).slice(1, -1),
    encodeURIComponent(SECRET),
    eachHex(SECRET),
    named(SECRET),
    python(SECRET).slice(1, -1),
    Buffer.from(SECRET).toString('base64'),
    Buffer.from(`me:${SECRET}`).toString('base64'),
    Buffer.from(SECRET).toString('hex'),
  ];

  it('does not stay in part, wherever the cut is', () => {
    const values = seek(SECRET, `me:${SECRET}`);
    for (const written of writings) {
      for (let length = 1; length <= written.length; length++) {
        const masked = Buffer.from(maskBody(Buffer.from(`=> ${written.slice(0, length)}`), values, true)).toString();
        const left = masked.startsWith('=> ***') ? 0 : length;
        // Fewer than four characters of the secret may remain, each of which may take three in the text.
        expect([written, length, masked, left < 4 * 3]).toEqual([written, length, masked, true]);
      }
    }
  });

  it('is looked for only there', () => {
    expect(maskText('ends with s3cr=t', secrets)).toBe('ends with s3cr=t');
    expect(Buffer.from(maskBody(Buffer.from('ends with s3cr=t'), secrets, true)).toString()).toBe('ends with ***');
  });
});

it('a body made to be slow to search is searched in a bounded time', () => {
  const values = seek(`${'a'.repeat(4000)}b`, 'ab'.repeat(2000), '%41'.repeat(1000));
  const size = 16 * 1024;
  for (const piece of ['a', 'ab', '%', '\\', '\\\\u0061', '%2541', '&#97;', '&', '%41', '%'.repeat(5)]) {
    const body = Buffer.from(piece.repeat(size).slice(0, size));
    const from = performance.now();
    maskBody(body, values, true);
    expect([piece, performance.now() - from < 500]).toEqual([piece, true]);
  }
});

describe('a body that repeats the beginning of hundreds of secrets is searched within a turn of the event loop', () => {
  const beginning = 'A'.repeat(16);
  const alike = Array.from({ length: 20 }, (_, index) => `${beginning}/"%2525252f${index} ${'B'.repeat(4000)}`);
  const almostAlike = Array.from({ length: 60 }, (_, index) => `${'A'.repeat(12)}${1000 + index}`);
  const parts = Array.from({ length: 60 }, (_, index) => 'A'.repeat(4 + index));
  const sought = seek(...alike.flatMap((value) => [value, ...escapedForms(value)]), ...almostAlike, ...parts);

  it.each([
    ['again and again', `${beginning}!`],
    ['in lines', `${beginning}!\n`],
    ['in lines, with escapes', `${beginning}/!\n%252541`],
    ['overlapping', 'A'],
    ['overlapping, in lines, with escapes', `${'A'.repeat(60)}\n%25252541`],
    ['that of none, with escapes', `${'A'.repeat(14)}\n%25252541`],
    ['and that of others', `${beginning}1`],
  ])('%s', (_, piece) => {
    const body = Buffer.from(piece.repeat(16 * 1024).slice(0, 16 * 1024));
    expect(shortestMs(() => maskBody(body, sought, true))).toBeLessThan(MAX_TURN_MS);
  });
});
