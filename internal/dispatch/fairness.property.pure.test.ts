import { expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { ClassPath } from '../domain/delivery/scheduling-class.js';
import { makeTestLanes } from '../testkit/kits/test-lanes.js';
import { fc } from '../testkit/properties.js';
import type { LaneLimits, Lanes } from './lanes/lanes.js';

const bytes = new Uint8Array(0);
const message = { id: 'm', receivedAt: 0, subject: 'a', headers: [], payload: bytes, body: bytes };
const WEBHOOKS = 30;
const limits: fc.Arbitrary<LaneLimits> = fc.record({
  maxInFlight: fc.integer({ min: 1, max: 60 }),
  maxInFlightPerWebhook: fc.integer({ min: 1, max: 8 }),
  maxRetryShare: fc.double({ min: 0, max: 1, noNaN: true }),
});
const path = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.constantFrom('a', 'b')) as fc.Arbitrary<ClassPath>;
const paths = fc.array(path, { minLength: WEBHOOKS, maxLength: WEBHOOKS });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      webhookId: fc.nat({ max: WEBHOOKS - 1 }),
      attempts: fc.nat({ max: 1 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('done' as const), which: fc.nat(), hangs: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), webhookId: fc.nat({ max: WEBHOOKS - 1 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Lanes of several classes, compared with plain lists of waiting and running deliveries. */
class Bench {
  waiting: OwnedDelivery[] = [];
  readonly running: OwnedDelivery[] = [];
  private readonly lanes: Lanes;
  private readonly hanging = new Set<number>();
  private pushed = 0;

  constructor(
    private readonly limits: LaneLimits,
    private readonly paths: readonly ClassPath[],
  ) {
    this.lanes = makeTestLanes(limits, { classOf: (id) => this.pathOf(id) });
  }

  perform(one: Step): void {
    if (one.do === 'push') this.push(one.webhookId, one.attempts);
    else if (one.do === 'take') while (this.take());
    else if (one.do === 'clear') this.clear(one.webhookId);
    else this.done(one.which, one.hangs);
    expect([this.lanes.queued, this.lanes.inFlight]).toEqual([this.waiting.length, this.running.length]);
  }

  take(): boolean {
    const taken = this.lanes.dequeue();
    if (!taken) {
      this.expectRoomForOthers();
      return false;
    }
    expect(this.waiting).toContain(taken);
    this.waiting = this.waiting.filter((one) => one !== taken);
    // Before this delivery, its space had less than twelve times the number of free slots.
    const free = this.limits.maxInFlight - this.running.length;
    expect(this.runningIn(taken.webhookId)).toBeLessThan(12 * free);
    this.running.push(taken);
    return true;
  }

  done(which: number, hangs: boolean): void {
    if (this.running.length === 0) return;
    const [ended] = this.running.splice(which % this.running.length, 1);
    if (hangs) this.hanging.add(ended!.webhookId);
    else this.hanging.delete(ended!.webhookId);
    this.lanes.done(ended!, hangs ? 'stalled' : 'fine', hangs ? 15_000 : 5);
  }

  private push(webhookId: number, attempts: number): void {
    const delivery = { id: `d${this.pushed++}`, message, webhookId, owner: 'me', attempts, countedFailures: attempts };
    this.waiting.push(delivery);
    this.lanes.push(delivery);
  }

  private clear(webhookId: number): void {
    const left = this.lanes.clear([webhookId]);
    expect(new Set(left)).toEqual(new Set(this.waiting.filter((one) => one.webhookId === webhookId)));
    this.waiting = this.waiting.filter((one) => one.webhookId !== webhookId);
  }

  /** While a slot is free, a space without one gets it for a new message to a webhook that does not hang. */
  private expectRoomForOthers(): void {
    if (this.running.length >= this.limits.maxInFlight) return;
    const inVain = this.waiting.filter(
      ({ webhookId, attempts }) => attempts === 0 && !this.hanging.has(webhookId) && this.runningIn(webhookId) === 0,
    );
    expect(inVain).toEqual([]);
  }

  private runningIn(webhookId: number): number {
    const [space] = this.pathOf(webhookId);
    return this.running.filter((one) => this.pathOf(one.webhookId)[0] === space).length;
  }

  private pathOf(webhookId: number): ClassPath {
    return this.paths[webhookId] as ClassPath;
  }
}

it('whatever hangs, a space without a slot gets the next one, no space takes more than twelve times what is free, and all have their turn', () => {
  fc.assert(
    fc.property(limits, paths, fc.array(step, { maxLength: 150, size: 'max' }), (bounds, classes, steps) => {
      const bench = new Bench(bounds, classes);
      for (const one of steps) bench.perform(one);
      for (let turns = 0; bench.waiting.length > 0; turns++) {
        expect(turns).toBeLessThan(2000);
        while (bench.take());
        bench.done(turns, turns % 3 === 0);
      }
    }),
    { numRuns: 100 },
  );
});
