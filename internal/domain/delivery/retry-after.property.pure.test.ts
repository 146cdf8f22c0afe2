import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { parseRetryAfter } from './retry-after.js';

const NOW = Date.UTC(2026, 0, 31, 12);
const now = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
const junk = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.stringMatching(/^[A-Za-z]{3,9},? [0-9A-Za-z:+ -]{0,30}$/),
);

describe('Retry-After', () => {
  it('is undefined or a number of milliseconds that is finite and not negative, whatever the header holds', () => {
    fc.assert(
      fc.property(junk, now, (value, at) => {
        const ms = parseRetryAfter(value, at);
        if (ms === undefined) return;
        expect(Number.isFinite(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  it('reads whole seconds, and rounds fractions up', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 9 }), fc.nat({ max: 999_999 }), (seconds, millionths) => {
        expect(parseRetryAfter(` ${seconds}\t`, NOW)).toBe(seconds * 1000);
        const ms = parseRetryAfter(`${seconds}.${String(millionths).padStart(6, '0')}`, NOW)!;
        expect(ms).toBeGreaterThanOrEqual(seconds * 1000);
        expect(ms).toBeLessThanOrEqual((seconds + 1) * 1000);
      }),
    );
  });

  it('reads an HTTP date that is still to come, and nothing from one that is past', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 8), max: 10 ** 8 }), (seconds) => {
        const date = new Date(NOW + seconds * 1000).toUTCString();
        expect(parseRetryAfter(date, NOW)).toBe(seconds > 0 ? seconds * 1000 : undefined);
      }),
    );
  });

  it('never reads a negative number', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), (seconds) => {
        expect(parseRetryAfter(`-${seconds}`, NOW)).toBeUndefined();
      }),
    );
  });
});
