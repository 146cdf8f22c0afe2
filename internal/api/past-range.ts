import { AppError } from '../errors.js';

/**
 * The end of a time range: `until`, or now if that is earlier.
 * @throws {AppError} `unprocessable` for a range that is always empty, `conflict` for a range in the future
 */
export function pastRange(
  given: { readonly since?: Date | undefined; readonly until?: Date | undefined },
  now: Date,
): Date {
  const until = given.until && given.until < now ? given.until : now;
  if (!given.since || given.since < until) return until;
  const isAlwaysEmpty = given.until !== undefined && given.since >= given.until;
  const message = 'since must be before until, and not in the future';
  throw new AppError(isAlwaysEmpty ? 'unprocessable' : 'conflict', message, 'since');
}
