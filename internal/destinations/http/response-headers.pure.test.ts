import { describe, expect, it } from '@jest/globals';
import { keepsHeadersOf } from './limits.js';
import { headerLines } from './response-headers.js';

const raw = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text, 'latin1'));
const lines = (headers: readonly Buffer[], most = 4096) => Buffer.from(headerLines(headers, most)).toString('latin1');

describe('the headers that are kept of an answer', () => {
  it('are lines in the order of their arrival, byte for byte', () => {
    expect(lines(raw('Date', 'now', 'X', 'é', 'x', ''))).toBe('Date: now\nX: é\nx: \n');
    expect(lines([])).toBe('');
  });

  it('have no line break in a value, so that a value cannot look like a header', () => {
    expect(lines(raw('A', 'b\r\nC: d', 'E', 'f\ng'))).toBe('A: b  C: d\nE: f g\n');
  });

  it('fit into the room; a header that does not fit is left out as a whole', () => {
    const line = 'ab: 1234\n';
    expect(lines(raw('ab', '1234', 'c', 'd'), line.length)).toBe(line);
    expect(lines(raw('ab', '1234', 'c', 'd'), line.length - 1)).toBe('c: d\n');
    expect(
      lines(
        raw(
          ...Array(200)
            .fill(['n', 'v'.repeat(100)])
            .flat(),
        ),
      ).length,
    ).toBeLessThanOrEqual(4096);
  });

  it.each([
    ['none', 500, false],
    ['failures', 500, true],
    ['failures', 302, true],
    ['failures', 299, false],
    ['failures', 200, false],
    ['response', 200, true],
    ['response', 404, true],
  ] as const)('with %s of a %i: %s', (kept, status, isKept) => {
    expect(keepsHeadersOf(status, kept)).toBe(isKept);
  });
});
