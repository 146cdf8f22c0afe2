import { z } from 'zod';

const LONGEST = 64;
const time = z.iso.datetime({ offset: true }).max(LONGEST);
const day = z.iso.date();

/** A time or a day of a query or a body. */
export const instant = z
  .union([time, day], 'must be a time such as 2026-01-31T12:00:00Z, or a day such as 2026-01-31 (UTC)')
  .transform((written) => new Date(written))
  .pipe(z.custom<Date>())
  .meta({ type: 'string', format: 'date-time', maxLength: LONGEST });
