import { z } from 'zod';

const MAX_LENGTH = 64;
const time = z.iso.datetime({ offset: true }).max(MAX_LENGTH);
const day = z.iso.date();

/** RFC 3339 without leap seconds and lower-case letters. `format` checks the number of days in a month. */
const TIME = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:[.][0-9]+)?(?:Z|[+-][0-9]{2}:[0-5][0-9])$';

/** A time or a day in a query or a body. */
export const instant = z
  .union([time, day], 'must be a time such as 2026-01-31T12:00:00Z, or a day such as 2026-01-31 (UTC)')
  .transform((written) => new Date(written))
  .pipe(z.custom<Date>())
  .meta({
    anyOf: [
      { type: 'string', format: 'date-time', maxLength: MAX_LENGTH, pattern: TIME, example: '2026-01-31T12:00:00Z' },
      { type: 'string', format: 'date', maxLength: 10, example: '2026-01-31' },
    ],
  });
