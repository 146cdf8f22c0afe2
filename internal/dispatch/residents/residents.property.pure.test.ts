import { expect, it } from '@jest/globals';
import { classOfItsOwn } from '../../testkit/kits/test-classes.js';
import { fc } from '../../testkit/properties.js';
import { type ResidentLimits, Residents } from './residents.js';

const limits: fc.Arbitrary<ResidentLimits> = fc.record({
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

interface Resident {
  readonly id: string;
  readonly webhookId: number;
  readonly bytes: number;
}

/** Residents, compared with a plain list. */
class Bench {
  readonly resident: Resident[] = [];
  readonly residents: Residents;
  private readonly gone: string[] = [];
  private made = 0;

  constructor(private readonly limits: ResidentLimits) {
    this.residents = new Residents(limits, classOfItsOwn);
  }

  perform(one: Step): void {
    if (one.do === 'try') this.tryReserve(one.webhookId, one.bytes);
    else if (one.do === 'reserve') this.reserve(one.webhookId, one.bytes);
    else if (one.do === 'reserve-again') this.reserveAgain(one.which, one.bytes);
    else if (one.do === 'release') this.release(one.which, one.wentWell);
    else if (this.gone.length > 0) this.residents.release(this.gone[one.which % this.gone.length]!);
    this.expectSame();
  }

  release(which: number, wentWell: boolean): void {
    if (this.resident.length === 0) return;
    const [one] = this.resident.splice(which % this.resident.length, 1);
    this.gone.push(one!.id);
    this.residents.release(one!.id, wentWell);
  }

  expectSame(): void {
    const { residents } = this;
    const bytes = this.resident.reduce((sum, one) => sum + one.bytes, 0);
    expect([residents.count, residents.residentBytes]).toEqual([this.resident.length, bytes]);
    expect(residents.free()).toEqual({
      count: this.limits.maxResident - this.resident.length,
      bytes: this.limits.maxResidentBytes - bytes,
    });
    expect(this.resident.every(({ id }) => residents.has(id))).toBe(true);
    expect(this.resident.every(({ id }) => residents.has(id)) && !this.gone.some((id) => residents.has(id))).toBe(true);
  }

  private tryReserve(webhook: number, bytes: number): void {
    const id = `d${this.made++}`;
    const free = this.residents.free();
    const fits = free.count > 0 && bytes <= free.bytes;
    const isFull = this.residents.lanes().except.includes(webhook);
    const got = this.residents.tryReserve(id, webhook, bytes);
    expect(got).toBe(fits && !isFull);
    // A webhook is full if it has a quarter of the free places, half of the free bytes, or its window, which is never
    // smaller than this.
    const mine = this.resident.filter((one) => one.webhookId === webhook);
    const mineBytes = mine.reduce((sum, one) => sum + one.bytes, 0);
    const isBeyondItsPart = mine.length > 0 && (mine.length >= free.count / 4 || mineBytes >= free.bytes / 2);
    if (isBeyondItsPart) expect(isFull).toBe(true);
    else if (isFull && fits) expect(mine.length).toBeGreaterThanOrEqual(MIN_WINDOW);
    if (!got) return;
    this.resident.push({ id, webhookId: webhook, bytes });
    expect(this.residents.count).toBeLessThanOrEqual(this.limits.maxResident);
    expect(this.residents.residentBytes).toBeLessThanOrEqual(this.limits.maxResidentBytes);
  }

  private reserve(webhook: number, bytes: number): void {
    const id = `d${this.made++}`;
    this.residents.reserve(id, webhook, bytes);
    this.resident.push({ id, webhookId: webhook, bytes });
  }

  /** A delivery of an earlier life of this instance is claimed again. */
  private reserveAgain(which: number, bytes: number): void {
    const [one] = this.resident.splice(which % this.resident.length, 1);
    if (!one) return;
    this.residents.reserve(one.id, one.webhookId, bytes);
    this.resident.push({ ...one, bytes });
  }
}

it('residents are counted exactly, stay within their limits, and go back to zero', () => {
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 80, size: 'max' }), (bounds, steps) => {
      const bench = new Bench(bounds);
      for (const one of steps) bench.perform(one);
      while (bench.resident.length > 0) bench.release(0, false);
      bench.expectSame();
      expect(bench.residents.lanes().except).toEqual([]);
      // However many attempts failed, each webhook has some room again.
      for (let id = 0; id < 5; id++) {
        expect(bench.residents.tryReserve('again', id, bounds.maxResidentBytes)).toBe(true);
        bench.residents.release('again');
      }
    }),
    { numRuns: 20 },
  );
});
