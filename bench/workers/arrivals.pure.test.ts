import { describe, expect, it } from '@jest/globals';
import { Arrivals } from './arrivals.js';

const expected = { run: 3, messages: 4, fanOut: 2 };
const at = (sequence: number) => ({ run: 3, sequence });

describe('arrivals of a run', () => {
  it('are distinct by message and webhook', () => {
    const arrivals = new Arrivals(expected);
    arrivals.record(at(0), 0, 10);
    arrivals.record(at(0), 1, 11);
    arrivals.record(at(0), 1, 12);
    expect(arrivals.report()).toEqual({ distinct: 2, duplicates: 1, strays: 0, lastAt: 11 });
  });

  it('do not hold what is of another run, was never published, or came to a webhook that there is not', () => {
    const arrivals = new Arrivals(expected);
    arrivals.record({ run: 2, sequence: 0 }, 0, 10);
    arrivals.record(at(4), 0, 10);
    arrivals.record(at(0), 2, 10);
    arrivals.record(undefined, 0, 10);
    expect(arrivals.report()).toMatchObject({ distinct: 0, strays: 4 });
  });

  it('are late from the time at which they were to be published, not from when they were', () => {
    const arrivals = new Arrivals(expected);
    // At ten per second, the messages were intended for 1000, 1100, 1200 and 1300, and all arrived at the end of a
    // stall.
    for (const sequence of [0, 1, 2, 3]) for (const hook of [0, 1]) arrivals.record(at(sequence), hook, 1305);
    const { latencies } = arrivals.report({ startAt: 1000, perSecond: 10 });
    expect(latencies?.count).toBe(8);
    expect(latencies?.max).toBeCloseTo(305, 0);
    expect(latencies?.p50).toBeCloseTo(105, 0);
  });
});
