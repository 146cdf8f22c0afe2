import { AppError } from '../errors.js';
import { type Moment, timeOf } from './bodies/instant.js';

/** A range as a caller writes it. */
export interface WrittenRange {
  readonly since?: Moment | undefined;
  readonly until?: Moment | undefined;
}

/**
 * The times of a range, whose durations count from `now`. It ends at `until`, or at `now` if that is earlier.
 * @throws {AppError} `unprocessable` for a range that is always empty, `conflict` for a range in the future
 */
export function pastRange(written: WrittenRange, now: Date): { readonly since?: Date; readonly until: Date } {
  const since = written.since && timeOf(written.since, now);
  const end = written.until && timeOf(written.until, now);
  const until = end && end < now ? end : now;
  if (!since || since < until) return { ...(since && { since }), until };
  const isAlwaysEmpty = end !== undefined && since >= end;
  const message = 'since must be before until, and not in the future';
  throw new AppError(isAlwaysEmpty ? 'unprocessable' : 'conflict', message, 'since');
}
