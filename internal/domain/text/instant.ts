/** RFC 3339, without leap seconds. */
const INSTANT =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Parses `2026-01-31T12:00:00Z` into milliseconds since 1970. Undefined: the text is not a time of RFC 3339. */
export function parseInstant(text: string): number | undefined {
  const upper = text.toUpperCase();
  const [, year, month, day] = INSTANT.exec(upper) ?? [];
  if (year === undefined || Number(day) > daysOf(Number(year), Number(month))) return undefined;
  return Date.parse(upper);
}

/** The day before the first day of the next month. */
const daysOf = (year: number, month: number) => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
