import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { HeadPieces } from './head-pieces.js';
import { ResponseBody } from './response-body.js';

const cut = (text: string, size: number) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    Buffer.from(text.slice(at * size, (at + 1) * size), 'latin1'),
  );

describe('a head in pieces', () => {
  it('ends where the whole head ends, however it is cut', () => {
    const line = fc.constantFrom('\r', '\n', '\r\n', 'X: y', 'z');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const text = `HTTP/1.1 200 OK${parts.join('')}`;
        const head = new HeadPieces();
        let end = -1;
        for (const piece of cut(text, size)) {
          head.add(piece);
          if (end < 0) end = head.findEnd();
        }
        const found = /\n\r?\n/.exec(text);
        expect(end).toBe(found ? found.index + found[0].length : -1);
        expect(head.bytes.toString('latin1')).toBe(text);
      }),
    );
  });

  it('goes on behind what was skipped', () => {
    const head = new HeadPieces();
    for (const piece of cut('\r\n\nHTTP/1.1 100 Continue\r\n\r\n\nHTTP/1.1 200', 2)) head.add(piece);
    expect(head.skipEmptyLines()).toBe(3);
    head.skip(head.findEnd());
    expect(head.skipEmptyLines()).toBe(1);
    for (const piece of cut(' OK\r\n\r\n{}', 1)) head.add(piece);
    expect(head.bytes.toString('latin1').slice(0, head.findEnd())).toBe('HTTP/1.1 200 OK\r\n\r\n');
  });

  it('does not cost more per piece the more has come: 2 MB in pieces of two bytes', () => {
    const head = new HeadPieces();
    const piece = Buffer.from('xx');
    for (let at = 0; at < 1_000_000; at += 1) {
      head.add(piece);
      head.findEnd();
    }
    expect(head.length).toBe(2_000_000);
  });
});

describe('a body in pieces', () => {
  it('does not cost more per piece the more has come: 2 MB in pieces of two bytes', () => {
    const body = new ResponseBody(2_000_001);
    const piece = Buffer.from('xx');
    for (let at = 0; at < 1_000_000; at += 1) body.add(piece);
    expect([body.length, body.bytes.length]).toEqual([2_000_000, 2_000_000]);
  });
});
