import { expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import { makeTestLanes } from '../../testkit/kits/test-lanes.js';
import { fc } from '../../testkit/properties.js';
import type { LaneLimits, Lanes } from './lanes.js';

const bytes = new Uint8Array(0);
const message = { id: 'm', receivedAt: 0, subject: 'a', headers: [], payload: bytes, body: bytes };
const limits: fc.Arbitrary<LaneLimits> = fc.record({
  maxInFlight: fc.integer({ min: 1, max: 20 }),
  maxInFlightPerWebhook: fc.integer({ min: 1, max: 10 }),
  maxRetryShare: fc.double({ min: 0, max: 1, noNaN: true }),
});
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      webhookId: fc.nat({ max: 5 }),
      attempts: fc.nat({ max: 1 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('done' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Lanes, compared with plain lists of waiting and running deliveries. */
class Bench {
  readonly waiting: OwnedDelivery[] = [];
  readonly running: OwnedDelivery[] = [];
  private readonly lanes: Lanes;
  private readonly maxRetries: number;
  private pushed = 0;

  constructor(private readonly limits: LaneLimits) {
    this.lanes = makeTestLanes(limits);
    this.maxRetries = Math.max(1, Math.floor(limits.maxInFlight * limits.maxRetryShare));
  }

  perform(one: Step): void {
    if (one.do === 'push') this.push(one.webhookId, one.attempts);
    else if (one.do === 'take') this.take();
    else if (one.do === 'clear') this.clear();
    else this.done(one.which);
    expect([this.lanes.queued, this.lanes.inFlight]).toEqual([this.waiting.length, this.running.length]);
  }

  take(): boolean {
    const taken = this.lanes.dequeue();
    if (!taken) {
      this.expectNobodyWaitsInVain();
      return false;
    }
    const mine = this.waiting.filter((one) => one.webhookId === taken.webhookId && one.attempts === taken.attempts);
    expect(taken).toBe(mine[0]);
    this.waiting.splice(this.waiting.indexOf(taken), 1);
    this.running.push(taken);
    expect(this.running.length).toBeLessThanOrEqual(this.limits.maxInFlight);
    expect(this.runningOf(taken.webhookId)).toBeLessThanOrEqual(this.limits.maxInFlightPerWebhook);
    expect(this.retriesRunning()).toBeLessThanOrEqual(this.maxRetries);
    return true;
  }

  done(which: number): void {
    if (this.running.length === 0) return;
    const [ended] = this.running.splice(which % this.running.length, 1);
    this.lanes.done(ended!);
  }

  private push(webhookId: number, attempts: number): void {
    const id = `d${this.pushed++}`;
    const delivery = { id, message, webhookId, owner: 'me', attempts, countedFailures: attempts };
    this.waiting.push(delivery);
    this.lanes.push(delivery);
  }

  private clear(): void {
    const left = this.lanes.clear().map(({ id }) => id);
    expect(left.sort()).toEqual(this.waiting.map(({ id }) => id).sort());
    this.waiting.length = 0;
  }

  private expectNobodyWaitsInVain(): void {
    if (this.running.length >= this.limits.maxInFlight) return;
    const idle = this.waiting.filter(({ webhookId }) => this.runningOf(webhookId) === 0);
    expect(idle.filter(({ attempts }) => attempts === 0 || this.retriesRunning() < this.maxRetries)).toEqual([]);
  }

  private runningOf(webhookId: number): number {
    return this.running.filter((one) => one.webhookId === webhookId).length;
  }

  private retriesRunning(): number {
    return this.running.filter(({ attempts }) => attempts > 0).length;
  }
}

it('lanes keep every limit, lose and invent nothing, and leave no idle webhook waiting', () => {
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 100, size: 'max' }), (bounds, steps) => {
      const bench = new Bench(bounds);
      for (const one of steps) bench.perform(one);
      // Every waiting delivery gets its turn once requests end.
      for (let turns = 0; bench.waiting.length > 0; turns++) {
        expect(turns).toBeLessThan(1000);
        while (bench.take());
        bench.done(turns);
      }
    }),
    { numRuns: 20 },
  );
});
