import { describe, expect, it } from '@jest/globals';
import { envelope } from './envelope.js';

const AT = Date.UTC(2026, 0, 31, 12);
const HEAD = '{"event":"tag.created","contains":["tag"],"created_at":"2026-01-31T12:00:00.000Z","payload":';
const bodyOf = (payload: string | Uint8Array) => {
  const { body } = envelope('tag.created', AT, typeof payload === 'string' ? Buffer.from(payload) : payload);
  return Buffer.from(body).toString();
};

describe('the body that is POSTed', () => {
  it.each([
    '{"name":"x"}',
    '[1,2]',
    '"text"',
    'true',
    'null',
    ' {"spaced" : 1}\n',
    '{"big":12345678901234567890,"huge":1e400,"twice":1,"twice":2}',
    '"\\u0000 \\ud800"',
    '{"é":"日本"}',
  ])('holds the bytes of %p unchanged', (payload) => {
    expect(bodyOf(payload)).toBe(`${HEAD}${payload}}`);
  });

  it('holds null for an empty payload', () => {
    expect(bodyOf('')).toBe(`${HEAD}null}`);
  });

  it.each([
    ['text', Buffer.from('hello')],
    ['binary', Buffer.from([0, 255, 128])],
    ['a byte order mark', Buffer.from('\ufeff{}')],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['two documents', Buffer.from('{}{}')],
    ['invalid UTF-8 in a string', Buffer.from([0x22, 0xff, 0x22])],
    ['a NUL in a string', Buffer.from('"\0"')],
    ['NaN', Buffer.from('NaN')],
  ])('holds %s as base64 and says so', (_name, payload) => {
    expect(bodyOf(payload)).toBe(`${HEAD}"${payload.toString('base64')}","payload_encoding":"base64"}`);
  });

  it('takes a document a million levels deep', () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    expect(bodyOf(deep)).toBe(`${HEAD}${deep}}`);
  });

  it('escapes a subject that only a wildcard can have let in', () => {
    const { body } = envelope('a"\\\u0001é.x', AT, Buffer.from('1'));
    expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({
      event: 'a"\\\u0001é.x',
      contains: ['a"\\\u0001é'],
    });
  });

  it('is copied out of the buffer that the payload came in, once', () => {
    const socket = Buffer.from('....{"a":1}....');
    const { body, payload } = envelope('a', AT, socket.subarray(4, 11));
    socket.fill(0);
    expect(Buffer.from(payload).toString()).toBe('{"a":1}');
    expect(payload.buffer).toBe(body.buffer);
  });

  it('keeps a payload that is not JSON whole as well', () => {
    const socket = Buffer.from('hello');
    const { payload } = envelope('a', AT, socket);
    socket.fill(0);
    expect(Buffer.from(payload).toString()).toBe('hello');
  });
});
