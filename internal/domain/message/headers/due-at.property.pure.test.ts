import { describe, expect, it } from '@jest/globals';
import { fc } from '../../../testkit/properties.js';
import { parseRouting } from '../../matching/routing.js';
import { formatDuration } from '../../text/duration.js';
import type { Header } from '../message.js';
import { dueAtOf } from './due-at.js';

const DAY_MS = 86_400_000;
const MAX_MS = 30 * DAY_MS;
const receivedAt = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });
const dueIn = (headers: readonly Header[], from: number) => {
  const routing = parseRouting(headers, from);
  return routing.ok ? routing.value.dueAt : 'malformed';
};

/** Writes a time as RFC 3339 allows, with an offset in minutes. */
function written(at: number, offset: number): string {
  if (offset === 0) return new Date(at).toISOString();
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return new Date(at + offset * 60_000).toISOString().replace('Z', zone);
}

describe('a delivery time', () => {
  it('is the instant that is written, with any offset, up to 30 days after the message', () => {
    const after = fc.integer({ min: -400 * DAY_MS, max: 2 * MAX_MS });
    const offset = fc.integer({ min: -23 * 60, max: 23 * 60 });
    fc.assert(
      fc.property(receivedAt, after, offset, fc.boolean(), (from, ms, minutes, isLower) => {
        const text = written(from + ms, minutes);
        const headers: Header[] = [['Hukz-Deliver-At', isLower ? text.toLowerCase() : text]];
        expect(dueIn(headers, from)).toBe(ms <= MAX_MS ? from + ms : 'malformed');
        if (ms <= MAX_MS) expect(dueAtOf({ headers, receivedAt: from })).toBe(Math.max(from, from + ms));
      }),
    );
  });

  it('is a duration after the message, up to 30 days', () => {
    fc.assert(
      fc.property(receivedAt, fc.nat({ max: 2 * MAX_MS }), (from, ms) => {
        const headers: Header[] = [['hukz-delay', formatDuration(ms)]];
        expect(dueIn(headers, from)).toBe(ms <= MAX_MS ? from + ms : 'malformed');
        if (ms <= MAX_MS) expect(dueAtOf({ headers, receivedAt: from })).toBe(from + ms);
      }),
    );
  });

  it('is written once, in one way', () => {
    const line = fc.constantFrom<Header>(['Hukz-Delay', '1m'], ['HUKZ-DELIVER-AT', '2026-01-31T12:00:00Z']);
    fc.assert(
      fc.property(line, line, (one, other) => {
        expect(dueIn([one, other], Date.UTC(2026, 0, 31))).toBe('malformed');
      }),
    );
  });

  it('has the day and the second that are written, whatever the digits are', () => {
    const from = Date.UTC(2026, 1, 1);
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^2026-0[12]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z$/),
    );
    fc.assert(
      fc.property(text, (given) => {
        const due = dueIn([['Hukz-Deliver-At', given]], from);
        if (due === 'malformed') return;
        expect(new Date(due ?? 0).toISOString()).toBe(given.replace('Z', '.000Z'));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-02-01T24:00:00Z',
    '2026-02-01T00:00:60Z',
    '2026-02-01T00:00:00',
    '2026-02-01T00:00Z',
    '2026-02-01 00:00:00Z',
    '2026-02-01',
    '1769904000',
    '10m',
    '',
  ])('is not %p', (given) => {
    expect(dueIn([['Hukz-Deliver-At', given]], Date.UTC(2026, 1, 1))).toBe('malformed');
  });

  it('is the receipt of a message that names none, or whose headers an earlier version stored unread', () => {
    for (const headers of [[], [['X', 'y']], [['Hukz-Delay', 'soon']], [['Hukz-Delay', '31d']]] as Header[][])
      expect(dueAtOf({ headers, receivedAt: 7 })).toBe(7);
  });
});
