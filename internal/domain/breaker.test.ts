import { describe, expect, it } from '@jest/globals';
import { type BreakerPolicy, Circuit } from './breaker.js';

const policy: BreakerPolicy = { failures: 5, share: 0.5, windowMs: 1000, leastAttempts: 10 };
const feed = (circuit: Circuit, attempts: string, now = 0, rules = policy) =>
  [...attempts].map((one) => circuit.record(one === '+', now, rules)).find((because) => because !== undefined);

describe('a circuit', () => {
  it('opens after so many failures in a row', () => {
    expect(feed(new Circuit(0), '----+----')).toBeUndefined();
    expect(feed(new Circuit(0), '-----')).toBe('5 failures in a row');
  });

  it('opens when too large a part of its window failed, of enough attempts', () => {
    expect(feed(new Circuit(0), '-+-+-+-+-')).toBeUndefined();
    expect(feed(new Circuit(0), '-+-+-+-+--')).toBe('6 of the last 10 attempts failed');
    expect(feed(new Circuit(0), '++-++-++-++-++-')).toBeUndefined();
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
