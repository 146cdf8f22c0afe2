import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { parseHttpDate } from './http-date.js';

const NOW = Date.UTC(2026, 10, 30, 6, 4);
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** The three forms as RFC 9110 §5.6.7 defines them. */
const forms = {
  imf: (at: Date) => at.toUTCString(),
  rfc850: (at: Date) =>
    `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())}-${MONTHS[at.getUTCMonth()]}-${two(at.getUTCFullYear() % 100)} ${timeOf(at)} GMT`,
  asctime: (at: Date) =>
    `${DAYS[at.getUTCDay()]!.slice(0, 3)} ${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${timeOf(at)} ${at.getUTCFullYear()}`,
};
const timeOf = (at: Date) => `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
const seconds = (from: number, until: number) =>
  fc.integer({ min: from / 1000, max: until / 1000 }).map((second) => new Date(second * 1000));

describe('an HTTP date', () => {
  it.each(['imf', 'asctime'] as const)('in the form %s is the instant that it was made of', (form) => {
    fc.assert(
      fc.property(seconds(Date.UTC(1000, 0), Date.UTC(9999, 11)), (at) => {
        expect(parseHttpDate(forms[form](at), NOW)).toBe(at.getTime());
      }),
    );
  });

  it('in the form of RFC 850 is the instant within 50 years of now', () => {
    fc.assert(
      fc.property(seconds(Date.UTC(1977, 0), Date.UTC(2076, 11)), (at) => {
        expect(parseHttpDate(forms.rfc850(at), NOW)).toBe(at.getTime());
      }),
    );
  });

  it.each([
    ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun Nov 06 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun, 06 Nov 1994 08:49:37', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun, 06-Nov-1994 08:49:37 UTC', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['sun, 06 nov 1994 08:49:37 gmt', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun, 06 Nov 1994 09:49:37 +0100', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun, 06 Nov 1994 03:19:37 -0530', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Tue, 29 Feb 2028 00:00:00 GMT', Date.UTC(2028, 1, 29)],
  ])('may be written %s', (text, at) => {
    expect(parseHttpDate(text, NOW)).toBe(at);
  });

  it.each([
    'Mon, 30 Feb 2026 00:00:00 GMT',
    'Mon, 00 Nov 2026 00:00:00 GMT',
    'Mon, 30 Nov 2026 24:00:00 GMT',
    'Mon, 30 Nov 2026 00:60:00 GMT',
    'Mon, 30 Nov 2026 00:00:61 GMT',
    'Mon, 30 Foo 2026 00:00:00 GMT',
    'Mon, 30 Nov 26 00:00:00 GMT',
    'Mon Nov 30 06:14:00',
    '2026-11-30T06:14:00Z',
    '30 Nov 2026 06:14:00 GMT',
    '',
  ])('is nothing when it is %j', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });

  it('is undefined or finite, whatever the text is', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z]{3},? [0-9A-Za-z:+ -]{0,30}$/));
    fc.assert(
      fc.property(texts, (text) => {
        expect(Number.isFinite(parseHttpDate(text, NOW) ?? 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the time zone of the process', () => {
  it.each(['America/New_York', 'Asia/Kolkata'])('(%s) changes nothing', (zone) => {
    const script = `
      import { parseHttpDate } from './internal/domain/text/http-date.ts';
      const at = ${NOW} + 600_000;
      const forms = ['Mon, 30 Nov 2026 06:14:00 GMT', 'Monday, 30-Nov-26 06:14:00 GMT', 'Mon Nov 30 06:14:00 2026'];
      process.stdout.write(JSON.stringify(forms.map((form) => parseHttpDate(form, ${NOW}) - ${NOW})));`;
    const args = ['--import', './internal/testkit/register-typescript.mjs', '--input-type=module', '-e', script];
    const run = spawnSync(process.execPath, args, { env: { ...process.env, TZ: zone }, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual([600_000, 600_000, 600_000]);
  });
});
