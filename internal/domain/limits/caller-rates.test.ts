import { describe, expect, it } from '@jest/globals';
import { CallerRates, callerAt } from './caller-rates.js';

const PER_MINUTE = { count: 60, perMs: 60_000 };

/** Counts the requests that a caller may make at a moment. */
function taken(rates: CallerRates, caller: string, now: number): number {
  let requests = 0;
  while (requests < 1000 && rates.waitMs(caller, now) === 0) {
    rates.count(caller, now);
    requests++;
  }
  return requests;
}

describe('the rate of a caller', () => {
  it('is its whole number at once, and from then on one after the other', () => {
    const rates = new CallerRates(PER_MINUTE, 100);
    expect(taken(rates, 'a', 5000)).toBe(60);
    expect(rates.waitMs('a', 5000)).toBe(1000);
    expect(rates.waitMs('a', 5400)).toBe(600);
    expect(taken(rates, 'a', 6000)).toBe(1);
    expect(taken(rates, 'a', 16_000)).toBe(10);
    expect(taken(rates, 'a', 1_000_000)).toBe(60);
  });

  it('is never more than twice its number in a period, however the requests are spread', () => {
    const rates = new CallerRates(PER_MINUTE, 100);
    let requests = taken(rates, 'a', 0);
    for (let now = 10; now <= 60_000; now += 10) requests += taken(rates, 'a', now);
    expect(requests).toBe(120);
  });

  it('lets the first request pass at any moment, also where it is the only one of its period', () => {
    const rates = new CallerRates({ count: 1, perMs: 3_600_000 }, 10);
    for (let n = 0; n < 1000; n++) expect(rates.waitMs(`caller ${n}`, 1234.567 + n * 0.1)).toBe(0);
  });

  it('does not count the requests of other callers', () => {
    const rates = new CallerRates(PER_MINUTE, 100);
    expect(taken(rates, 'a', 0)).toBe(60);
    expect(taken(rates, 'b', 0)).toBe(60);
  });

  it('is kept for a bounded number of callers', () => {
    const rates = new CallerRates(PER_MINUTE, 100);
    for (let n = 0; n < 10_000; n++) rates.count(`caller ${n}`, 0);
    expect(rates.size).toBeLessThanOrEqual(100);
  });
});

describe('the caller at an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (address, caller) => {
    expect(callerAt(address)).toBe(caller);
  });
});
