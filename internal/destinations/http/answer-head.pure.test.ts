import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { readAnswerHead } from './answer-head.js';

const read = (text: string) => readAnswerHead(Buffer.from(text, 'latin1'));

describe('a head that is read leniently', () => {
  it('is read to its end, behind which the body begins', () => {
    const head = 'HTTP/1.1 503 No\nretry-after : 7 \n\n';
    const length = head.length;
    const flaw = 'lines end with LF alone';
    expect(read(`${head}out\r\n\r\nof paper`)).toEqual({ status: 503, retryAfter: '7', flaw, isWhole: true, length });
  });

  it('without a fault is said to have none', () => {
    expect(read('HTTP/1.0 200\r\nX: y\r\n\r\n')).toMatchObject({ status: 200, flaw: undefined });
  });

  it('has the status of its first line whatever bytes follow it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 999 }), fc.uint8Array({ maxLength: 500 }), (status, more) => {
        const bytes = Buffer.concat([Buffer.from(`HTTP/1.1 ${status} So\r\n`), more]);
        expect(readAnswerHead(bytes)).toMatchObject({ status });
      }),
    );
  });

  it('is none without a status line, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(readAnswerHead(Buffer.from(bytes))).toBeUndefined();
      }),
    );
  });
});
