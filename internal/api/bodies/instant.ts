import { z } from 'zod';
import { durationPattern, parseDuration } from '../../domain/text/duration.js';
import { boundedText } from './bounds.js';

const MAX_LENGTH = 64;
const MAX_AGO_MS = 3650 * 86_400_000;
const DURATION_FORM = /^[0-9.]+(?:ms|s|m|h|d)$/;

/** RFC 3339 without leap seconds and lower-case letters. `format` checks the number of days in a month. */
const TIME = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:[.][0-9]+)?(?:Z|[+-][0-9]{2}:[0-5][0-9])$';
const SENTENCE =
  'must be a time such as 2026-01-31T12:00:00Z, a day such as 2026-01-31 (UTC), or how long ago, such as 90s, 2h or 7d';

/** A time, or how long before the request it was. */
export type Moment = Date | { readonly agoMs: number };

const time = z.iso.datetime({ offset: true }).max(MAX_LENGTH);
const day = z.iso.date();
const ago = boundedText(MAX_LENGTH)
  .regex(DURATION_FORM)
  .transform((written, context): Moment => {
    const read = parseDuration(written);
    if (read.ok) return { agoMs: read.value };
    context.addIssue({ code: 'custom', message: read.problem });
    return z.NEVER;
  });

/**
 * A time, a day or a duration in a query or a body. A duration stays one until the clock of the database is known: if
 * messages are kept for 7 days by that clock, `since=7d` has to be within them.
 */
export const moment = z
  .union([time, day, ago], SENTENCE)
  .transform((input) => (typeof input === 'string' ? new Date(input) : input))
  .pipe(z.custom<Moment>())
  .meta({
    anyOf: [
      { type: 'string', format: 'date-time', maxLength: MAX_LENGTH, pattern: TIME, example: '2026-01-31T12:00:00Z' },
      { type: 'string', format: 'date', maxLength: 10, example: '2026-01-31' },
      { type: 'string', maxLength: MAX_LENGTH, pattern: durationPattern(0, MAX_AGO_MS), example: '2h' },
    ],
  });

/** A moment for filters of lists: a duration counts from the clock of this machine. */
export const instant = moment
  .transform((input) => timeOf(input, new Date()))
  .pipe(z.custom<Date>())
  .meta({ anyOf: moment.meta()?.anyOf });

export function timeOf(input: Moment, now: Date): Date {
  return input instanceof Date ? input : new Date(now.getTime() - input.agoMs);
}
