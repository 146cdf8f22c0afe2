import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { durationPattern, formatDuration, parseDuration, parseDurations } from './duration.js';

const TEN_YEARS_MS = 3650 * 86_400_000;
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const unit = fc.constantFrom('ms', 's', 'm', 'h', 'd' as const);

describe('a duration', () => {
  it('is read again from what was written of it', () => {
    const anyMs = fc.integer({ min: 0, max: TEN_YEARS_MS });
    const written = fc
      .tuple(unit, fc.nat({ max: 999_999_999 }))
      .map(([name, count]) => count * UNITS[name])
      .filter((ms) => ms <= TEN_YEARS_MS);
    fc.assert(
      fc.property(fc.oneof(written, anyMs), (ms) => {
        expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, value: ms });
      }),
      { numRuns: 500 },
    );
  });

  it('is a number of its unit, rounded to whole milliseconds, or longer than ten years', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), fc.nat({ max: 999 }), unit, (whole, thousandths, name) => {
        const read = parseDuration(`${whole}.${String(thousandths).padStart(3, '0')}${name}`);
        const exact = (whole * 1000 + thousandths) * UNITS[name];
        if (read.ok) expect(Math.abs(read.value * 1000 - exact)).toBeLessThanOrEqual(501);
        else expect(exact / 1000).toBeGreaterThan(TEN_YEARS_MS - 1);
      }),
    );
  });

  it('has the pattern of its bounds, in whole numbers of any unit, exactly when it is within them', () => {
    const bound = fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: TEN_YEARS_MS }));
    fc.assert(
      fc.property(bound, bound, fc.nat({ max: 999_999 }), unit, (one, other, count, name) => {
        const [least, most] = one < other ? [one, other] : [other, one];
        const pattern = new RegExp(durationPattern(least, most));
        const isWithin = (ms: number) => ms >= least && ms <= most;
        const ms = count * UNITS[name];
        expect(pattern.test(`${count}${name}`)).toBe(isWithin(ms));
        for (const edge of [least, most]) expect(pattern.test(formatDuration(edge))).toBe(true);
        for (const edge of [most + 1, ...(least > 0 ? [least - 1] : [])])
          expect(pattern.test(formatDuration(edge))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never negative, fractional or not a number, whatever the text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9.eE]{0,12}(ms|s|m|h|d|w|S)?$/));
    fc.assert(
      fc.property(text, (given) => {
        const read = parseDuration(given);
        if (!read.ok) return;
        expect(Number.isSafeInteger(read.value)).toBe(true);
        expect(read.value).toBeGreaterThanOrEqual(0);
        expect(read.value).toBeLessThanOrEqual(TEN_YEARS_MS);
      }),
      { numRuns: 500 },
    );
  });

  it('has the same form in a list as alone', () => {
    const list = fc.array(fc.tuple(fc.nat({ max: 3650 }), unit), { maxLength: 12 });
    fc.assert(
      fc.property(list, fc.constantFrom(',', ', ', ' ,'), (parts, comma) => {
        const texts = parts.map(([count, name]) => `${count}${name}`);
        expect(parseDurations(texts.join(comma))).toEqual({
          ok: true,
          value: parts.map(([count, name]) => count * UNITS[name]),
        });
      }),
    );
  });
});
