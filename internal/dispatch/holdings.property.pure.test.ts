import { expect, it } from '@jest/globals';
import { fc } from '../testkit/properties.js';
import { classOfItsOwn } from '../testkit/test-classes.js';
import { Holdings, type HoldingsLimits } from './holdings.js';

const limits: fc.Arbitrary<HoldingsLimits> = fc.record({
  maxResident: fc.integer({ min: 1, max: 80 }),
  maxResidentBytes: fc.integer({ min: 1, max: 2000 }),
});
const MIN_WINDOW = 16;
const webhookId = fc.nat({ max: 4 });
const size = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 3000 }));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('try' as const), webhookId, bytes: size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reserve' as const), webhookId, bytes: size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reserve-again' as const), which: fc.nat(), bytes: size }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), which: fc.nat(), wentWell: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release-again' as const), which: fc.nat() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Held {
  readonly id: string;
  readonly webhookId: number;
  readonly bytes: number;
}

/** Holdings beside a plain list of what is held. */
class Bench {
  readonly held: Held[] = [];
  readonly holdings: Holdings;
  private readonly gone: string[] = [];
  private made = 0;

  constructor(private readonly limits: HoldingsLimits) {
    this.holdings = new Holdings(limits, classOfItsOwn);
  }

  perform(one: Step): void {
    if (one.do === 'try') this.tryReserve(one.webhookId, one.bytes);
    else if (one.do === 'reserve') this.reserve(one.webhookId, one.bytes);
    else if (one.do === 'reserve-again') this.reserveAgain(one.which, one.bytes);
    else if (one.do === 'release') this.release(one.which, one.wentWell);
    else if (this.gone.length > 0) this.holdings.release(this.gone[one.which % this.gone.length]!);
    this.expectSame();
  }

  release(which: number, wentWell: boolean): void {
    if (this.held.length === 0) return;
    const [one] = this.held.splice(which % this.held.length, 1);
    this.gone.push(one!.id);
    this.holdings.release(one!.id, wentWell);
  }

  expectSame(): void {
    const { holdings } = this;
    const bytes = this.held.reduce((sum, one) => sum + one.bytes, 0);
    expect([holdings.count, holdings.heldBytes]).toEqual([this.held.length, bytes]);
    expect(holdings.free()).toEqual({
      count: this.limits.maxResident - this.held.length,
      bytes: this.limits.maxResidentBytes - bytes,
    });
    expect(this.held.every(({ id }) => holdings.has(id))).toBe(true);
    expect(this.held.every(({ id }) => holdings.has(id)) && !this.gone.some((id) => holdings.has(id))).toBe(true);
  }

  private tryReserve(webhook: number, bytes: number): void {
    const id = `d${this.made++}`;
    const free = this.holdings.free();
    const fits = free.count > 0 && bytes <= free.bytes;
    const isFull = this.holdings.lanes().except.includes(webhook);
    const got = this.holdings.tryReserve(id, webhook, bytes);
    expect(got).toBe(fits && !isFull);
    // Full is who holds a quarter of the places or half of the bytes that are free, or his window, which is never smaller than this.
    const mine = this.held.filter((one) => one.webhookId === webhook);
    const mineBytes = mine.reduce((sum, one) => sum + one.bytes, 0);
    const isBeyondItsPart = mine.length > 0 && (mine.length >= free.count / 4 || mineBytes >= free.bytes / 2);
    if (isBeyondItsPart) expect(isFull).toBe(true);
    else if (isFull && fits) expect(mine.length).toBeGreaterThanOrEqual(MIN_WINDOW);
    if (!got) return;
    this.held.push({ id, webhookId: webhook, bytes });
    expect(this.holdings.count).toBeLessThanOrEqual(this.limits.maxResident);
    expect(this.holdings.heldBytes).toBeLessThanOrEqual(this.limits.maxResidentBytes);
  }

  private reserve(webhook: number, bytes: number): void {
    const id = `d${this.made++}`;
    this.holdings.reserve(id, webhook, bytes);
    this.held.push({ id, webhookId: webhook, bytes });
  }

  /** A delivery of an earlier life of this instance, claimed anew. */
  private reserveAgain(which: number, bytes: number): void {
    const [one] = this.held.splice(which % this.held.length, 1);
    if (!one) return;
    this.holdings.reserve(one.id, one.webhookId, bytes);
    this.held.push({ ...one, bytes });
  }
}

it('holdings count exactly what is held, give within their limits only, and come back to nothing', () => {
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 80, size: 'max' }), (bounds, steps) => {
      const bench = new Bench(bounds);
      for (const one of steps) bench.perform(one);
      while (bench.held.length > 0) bench.release(0, false);
      bench.expectSame();
      expect(bench.holdings.lanes().except).toEqual([]);
      // However badly it went, each webhook has some room again.
      for (let id = 0; id < 5; id++) {
        expect(bench.holdings.tryReserve('again', id, bounds.maxResidentBytes)).toBe(true);
        bench.holdings.release('again');
      }
    }),
    { numRuns: 20 },
  );
});
