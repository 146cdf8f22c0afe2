import { describe, expect, it } from '@jest/globals';
import { makeTestLanes } from '../../testkit/kits/test-lanes.js';
import { type Conduct, simulate } from '../../testkit/servers/simulated-receiver.js';

const limits = { maxInFlight: 256, maxInFlightPerWebhook: 32, maxRetryShare: 0.5 };
const run = (perSecond: number, conduct: Conduct, seconds = 180) =>
  simulate((now) => makeTestLanes(limits, { now }), { perSecond, seconds, conduct });

/** A fixed share of the requests, whatever their number, ends with this load. The others are answered in time. */
const sometimes =
  (part: number, bad: ReturnType<Conduct>, answersMs = 20): Conduct =>
  ({ random }) =>
    random < part ? bad : { afterMs: answersMs, load: 'fine' };
const hangs = { afterMs: 15_000, load: 'stalled' } as const;

describe('a receiver that fails a part of its requests, however many there are', () => {
  it.each([
    ['of which 2 % hang at 40/s', 40, sometimes(0.02, hangs)],
    ['of which 2 % hang at 60/s', 60, sometimes(0.02, hangs)],
    ['of which 2 % hang, slow otherwise, at 20/s', 20, sometimes(0.02, hangs, 400)],
    ['of which 1 % hang at 100/s', 100, sometimes(0.01, hangs)],
    ['of which 5 % hang at 15/s', 15, sometimes(0.05, hangs)],
    ['of which 2 % are refused at 25/s', 25, sometimes(0.02, { afterMs: 20, load: 'refusing' }, 500)],
    ['of which 2 % end at a dead gateway at 40/s', 40, sometimes(0.02, { afterMs: 1000, load: 'stalled' }, 500)],
  ])('(%s) gets no less than it is sent', (_name, perSecond, conduct) => {
    const { maxWaiting } = run(perSecond, conduct);
    expect(maxWaiting).toBeLessThan(perSecond * 2);
  });
});

describe('a receiver that can take only so much', () => {
  it('and refuses the rest is asked for about that', () => {
    const bearing: Conduct = ({ open }) =>
      open < 8 ? { afterMs: 200, load: 'fine' } : { afterMs: 20, load: 'refusing' };
    const { answered, maxOpen } = run(200, bearing);
    expect(answered.refusing / (answered.refusing + answered.fine)).toBeLessThan(0.15);
    expect(answered.fine).toBeGreaterThan(0.8 * 180 * 40);
    expect(maxOpen).toBeLessThan(16);
  });

  it('and stalls when it is asked for more is asked for less', () => {
    const bearing: Conduct = ({ open }) => (open < 8 ? { afterMs: 200, load: 'fine' } : hangs);
    const { answered } = run(200, bearing);
    expect(answered.stalled / (answered.stalled + answered.fine)).toBeLessThan(0.3);
  });

  it.each(['refusing', 'stalled'] as const)(
    'which is nothing (%s) is asked once at a time within a few rounds',
    (load) => {
      const { maxOpen, answered } = run(50, () => ({ afterMs: load === 'stalled' ? 15_000 : 50, load }));
      expect(maxOpen).toBe(1);
      expect(answered.fine).toBe(0);
    },
  );

  it('is asked for all again soon after it is well', () => {
    const ill: Conduct = ({ atMs }) =>
      atMs < 20_000 ? { afterMs: 50, load: 'refusing' } : { afterMs: 100, load: 'fine' };
    const { maxWaiting } = run(60, ill, 90);
    expect(maxWaiting).toBeLessThan(100);
  });
});
