import { describe, expect, it } from '@jest/globals';
import { type BreakerPolicy, Circuit } from './breaker.js';

const policy: BreakerPolicy = { failures: 5, share: 0.5, windowMs: 1000, minAttempts: 10 };
/**
 * `+` is a success. `-` is a failure of a new delivery, and a letter is a failure of the delivery with this name. A
 * failure with a capital letter counts each time.
 */
let made = 0;
const feed = (circuit: Circuit, attempts: string, now = 0, rules = policy) =>
  [...attempts]
    .map((one) => {
      if (one !== '+')
        return circuit.failed(
          { deliveryId: one === '-' ? `d${made++}` : one, countsAgain: /[A-Z]/.test(one) },
          now,
          rules,
        );
      circuit.succeeded(now, rules);
      return undefined;
    })
    .find((because) => because !== undefined);

describe('a circuit', () => {
  it('opens after so many deliveries that fail in a row', () => {
    expect(feed(new Circuit(0), '----+----')).toBeUndefined();
    expect(feed(new Circuit(0), '-----')).toBe('5 failures in a row');
  });

  it('opens when too large a part of its window failed, of enough attempts', () => {
    expect(feed(new Circuit(0), '-+-+-+-+-')).toBeUndefined();
    expect(feed(new Circuit(0), '-+-+-+-+--')).toBe('6 of the last 10 attempts failed');
    expect(feed(new Circuit(0), '++-++-++-++-++-')).toBeUndefined();
  });

  it('counts a delivery once, however often it fails', () => {
    const circuit = new Circuit(0);
    expect(feed(circuit, 'abcd'.repeat(100))).toBeUndefined();
    expect(feed(circuit, '-')).toBe('5 failures in a row');
  });

  it('counts each failure in a row of deliveries that say more of their receiver than of themselves', () => {
    expect(feed(new Circuit(0), 'AAAA+AAAA')).toBeUndefined();
    expect(feed(new Circuit(0), 'AABAB')).toBe('5 failures in a row');
    expect(feed(new Circuit(0), 'abcAbcabcA')).toBe('5 failures in a row');
  });

  it('counts a delivery once in its window, also where it counts each time in a row', () => {
    const rules = { ...policy, failures: 0 };
    expect(feed(new Circuit(0), `${'ABCD'.repeat(100)}++++`, 0, rules)).toBeUndefined();
  });

  it('counts a delivery once in its window too, beside those that succeed', () => {
    const circuit = new Circuit(0);
    const rules = { ...policy, failures: 0 };
    feed(circuit, 'abcabcabcabc+++++abcabcabcabc', 0, rules);
    expect(feed(circuit, 'abcabcabc-', 600, rules)).toBeUndefined();
    expect(feed(circuit, '-', 600, rules)).toBe('5 of the last 10 attempts failed');
  });

  it('opens for all the same when the deliveries of which each fails are more than can be remembered', () => {
    const rules = { ...policy, failures: 0, minAttempts: 1000 };
    expect(feed(new Circuit(0), '-'.repeat(1000), 0, rules)).toBe('1000 of the last 1000 attempts failed');
  });

  it('forgets what is older than its window', () => {
    const circuit = new Circuit(0);
    feed(circuit, '-+-+-+-+-', 0);
    expect(feed(circuit, '-', 1100)).toBeUndefined();
    expect(circuit.isQuiet(5000, policy)).toBe(false);
    feed(circuit, '+', 5000);
    expect(circuit.isQuiet(6001, policy)).toBe(true);
  });

  it('never opens for a reason that is switched off', () => {
    expect(feed(new Circuit(0), '-'.repeat(100), 0, { ...policy, failures: 0, share: 0 })).toBeUndefined();
  });
});
