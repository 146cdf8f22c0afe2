import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { MessageRates } from './message-rates.js';

describe('the rate of a space', () => {
  it('allows the messages of one second at once, and then one per interval', () => {
    const rates = new MessageRates();
    const rate = { perSecond: 10, parts: 1 };
    const waits = Array.from({ length: 11 }, () => rates.consume(7, 0, rate));
    expect(waits).toEqual([...Array(10).fill(0), 100]);
    expect([rates.consume(7, 99, rate), rates.consume(7, 100, rate), rates.consume(7, 100, rate)]).toEqual([1, 0, 100]);
    expect(rates.consume(8, 100, rate)).toBe(0);
    expect(Array.from({ length: 11 }, () => rates.consume(7, 10_000, rate)).filter((wait) => wait === 0)).toHaveLength(
      10,
    );
  });

  it('below one message per second has a burst of one', () => {
    const rates = new MessageRates();
    const rate = { perSecond: 1, parts: 4 };
    expect([rates.consume(7, 0, rate), rates.consume(7, 0, rate), rates.consume(7, 4000, rate)]).toEqual([0, 4000, 0]);
  });

  it('spreads messages that must not be refused, each after the one before', () => {
    const rates = new MessageRates();
    const waits = Array.from({ length: 5 }, () => rates.spread(7, 0, { perSecond: 2, parts: 1 }));
    expect(waits).toEqual([0, 0, 500, 1000, 1500]);
    rates.keepOnly(() => false);
    expect(rates.spread(7, 0, { perSecond: 2, parts: 1 })).toBe(0);
  });

  it('is exceeded by no more than a burst, whenever messages come, by all instances together', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 4 }), (gaps, perSecond, parts) => {
        const instances = Array.from({ length: parts }, () => new MessageRates());
        let now = 0;
        let accepted = 0;
        for (const [nth, gap] of gaps.entries()) {
          now += gap;
          if (instances[nth % parts]?.consume(7, now, { perSecond, parts }) === 0) accepted++;
        }
        expect(accepted).toBeLessThanOrEqual(Math.max(perSecond, parts) + (perSecond * now) / 1000 + parts);
      }),
    );
  });
});
