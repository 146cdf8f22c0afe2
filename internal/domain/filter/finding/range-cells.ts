import { ManyByKey } from '../../many-by-key.js';

/** A double has 53 digits, so that a cell of fewer than these bits of a number has no neighbour. */
const PRECISION = 52;
const MIN_LEVEL = -1022;
const MAX_LEVEL = 1023;

/**
 * Things by a closed range of numbers. A range lies in about two cells of a width that is the next power of two, so
 * that a number finds the ranges around it with one look per width that occurs. A cell also has ranges that end beside
 * the number: at most about twice as many, if they are spread evenly.
 */
export class RangeCells<T extends object> {
  private readonly levels = new Map<number, { readonly cells: ManyByKey<number, T>; count: number }>();

  size = 0;

  add(from: number, until: number, thing: T): void {
    const level = levelOf(from, until);
    const there = this.levels.get(level) ?? { cells: new ManyByKey<number, T>(), count: 0 };
    this.levels.set(level, there);
    there.count++;
    this.size++;
    for (const cell of cellsOf(from, until, level)) there.cells.add(cell, thing);
  }

  delete(from: number, until: number, thing: T): void {
    const level = levelOf(from, until);
    const there = this.levels.get(level);
    if (!there) return;
    this.size--;
    for (const cell of cellsOf(from, until, level)) there.cells.delete(cell, thing);
    if (--there.count === 0) this.levels.delete(level);
  }

  /** The things whose range may contain the number. */
  *around(number: number): Generator<T> {
    for (const [level, { cells }] of this.levels) yield* cells.under(cellOf(number, level));
  }

  /** The number of things in the first cell of a range. */
  count(from: number, until: number): number {
    const level = levelOf(from, until);
    return this.levels.get(level)?.cells.count(cellOf(from, level)) ?? 0;
  }
}

function levelOf(from: number, until: number): number {
  const width = Math.ceil(Math.log2(Math.max(until - from, 0)));
  const magnitude = Math.floor(Math.log2(Math.max(Math.abs(from), Math.abs(until)))) - PRECISION;
  return Math.min(Math.max(width, magnitude, MIN_LEVEL), MAX_LEVEL);
}

const cellOf = (number: number, level: number) => Math.floor(number / 2 ** level);

function cellsOf(from: number, until: number, level: number): readonly number[] {
  const [first, last] = [cellOf(from, level), cellOf(until, level)];
  // Rounding may make it three cells, and the widest ranges of all have a few more.
  return Array.from({ length: Math.max(last - first, 0) + 1 }, (_, index) => first + index);
}
