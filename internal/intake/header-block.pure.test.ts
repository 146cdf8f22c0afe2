import { describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import { parseRouting } from '../domain/matching/routing.js';
import type { Header } from '../domain/message/message.js';
import { fc } from '../testkit/properties.js';
import { MAX_HEADERS, readHeaders, readStatus } from './header-block.js';

function read(block: string | Uint8Array) {
  const headers: Header[] = [];
  const leftOut = readHeaders(Buffer.from(block), headers);
  return { headers, leftOut };
}

describe('the headers of a message', () => {
  it('are read in their order, several of a name too, in the case they have', () => {
    const { headers, leftOut } = read('NATS/1.0\r\nA: 1\r\nb:2 \r\nA:\r\nc: x: y\r\n\r\n');
    expect(headers).toEqual([
      ['A', '1'],
      ['b', '2'],
      ['A', ''],
      ['c', 'x: y'],
    ]);
    expect(leftOut).toBe(0);
  });

  it.each([
    ['a space in the name', 'trace id: 1'],
    ['a space before the colon', 'x-a : 1'],
    ['a lone CR in the value', 'x-a: one\rEvil: 1'],
    ['a lone LF in the value', 'x-a: one\nEvil: 1'],
    ['a letter beyond ASCII in the name', 'é: 1'],
    ['a NUL in the name', 'x\0a: 1'],
    ['an empty name', ': 1'],
    ['no colon', 'x-a'],
    ['a folded value', '\tx: 1'],
  ])('are read without a line that has %s', (_what, line) => {
    expect(read(`NATS/1.0\r\na: 1\r\n${line}\r\nb: 2\r\n\r\n`)).toEqual({
      headers: [
        ['a', '1'],
        ['b', '2'],
      ],
      leftOut: 1,
    });
  });

  it('are read without their end, and without their version', () => {
    expect(read('NATS/1.0\r\na: 1')).toEqual({ headers: [['a', '1']], leftOut: 0 });
    expect(read('a: 1\r\n\r\n')).toEqual({ headers: [['a', '1']], leftOut: 0 });
    expect(read('')).toEqual({ headers: [], leftOut: 0 });
    expect(read('NATS/1.0')).toEqual({ headers: [], leftOut: 0 });
    expect(read('NATS/1.0\na: 1\n\n')).toEqual({ headers: [], leftOut: 1 });
  });

  it.each([['Hukz-Space : 7'], ['hukz-tag: a:b\rc'], [' Hukz-Tag: a:b'], ['X-A: 1\nHukz-Space: 7'], ['Hukz Space: 7']])(
    'narrow a message to nobody when %j, which may have narrowed it, cannot be read',
    (line) => {
      expect(parseRouting(read(`NATS/1.0\r\n${line}\r\n\r\n`).headers, 0).ok).toBe(false);
      expect(parseRouting(read(`NATS/1.0\r\nHukz-Space: 7\r\n${line}\r\n\r\n`).headers, 0).ok).toBe(false);
      expect(parseRouting(read(`NATS/1.0\n${line}\n\n`).headers, 0).ok).toBe(false);
    },
  );

  it('are at most as many as are read fast; the others are counted', () => {
    const first = Array.from({ length: MAX_HEADERS }, (_, index) => `a${index}: 1\r\n`).join('');
    const { headers, leftOut } = read(`NATS/1.0\r\n${first}\r\nb: 2\r\nc: 3`);
    expect([headers.length, headers.at(-1), leftOut]).toEqual([MAX_HEADERS, [`a${MAX_HEADERS - 1}`, '1'], 2]);
    const all = read(`NATS/1.0\r\n${first}\r\n\r\n`);
    expect([all.headers.length, all.leftOut]).toEqual([MAX_HEADERS, 0]);
  });

  it('leave a message without receivers when a header that may have narrowed it is beyond the limit', () => {
    const first = 'a:\r\n'.repeat(200_000);
    expect(parseRouting(read(`NATS/1.0\r\n${first}Hukz-Space: 7\r\n\r\n`).headers, 0).ok).toBe(false);
    expect(parseRouting(read(`NATS/1.0\r\nHukz-Space: 7\r\n${first}\r\n\r\n`).headers, 0).ok).toBe(true);
  });

  it('are what a client has written', () => {
    const name = fc.stringMatching(/^[!-9;-~]{1,12}$/);
    const value = fc.stringMatching(/^[^\r\n]{0,20}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (given) => {
        const sent = natsHeaders();
        for (const [key, text] of given) sent.append(key, text);
        const block = (sent as unknown as { encode(): Uint8Array }).encode();
        const { headers, leftOut } = read(block);
        expect(leftOut).toBe(0);
        const expected = [...sent].flatMap(([key, values]) =>
          values.map((text) => [key, Buffer.from(text).toString()]),
        );
        expect(headers).toEqual(expected);
      }),
    );
  });

  it('can be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const [name, value] of read(bytes).headers) {
          expect(name).toMatch(/^[!-9;-~]+$/);
          expect(value).not.toMatch(/[\r\n]/);
        }
      }),
    );
  });
});

describe('a status', () => {
  it('is read from the first line', () => {
    expect(readStatus(Buffer.from('NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\n\r\n'))).toEqual({
      code: 408,
      description: 'Request Timeout',
    });
    expect(readStatus(Buffer.from('NATS/1.0 503\r\n\r\n'))).toEqual({ code: 503, description: '' });
    expect(readStatus(Buffer.from('NATS/1.0\r\nA: 1\r\n\r\n'))).toBeUndefined();
    expect(readStatus(Buffer.from(''))).toBeUndefined();
  });
});
