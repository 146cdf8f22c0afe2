const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
/** The RFC allows GMT only. An offset that a sender writes is applied; a date without a zone is read as GMT. */
const ZONE = '(?: +(?:GMT|UTC|UT|Z|(?<sign>[+-])(?<offsetHours>\\d\\d):?(?<offsetMinutes>[0-5]\\d)))?';

/** IMF-fixdate, RFC 850 and asctime, in this order. The day of the week is not checked against the date. */
const FORMS = [
  `^[a-z]{3,9},? +(?<day>\\d{1,2}) (?<month>[a-z]{3}) (?<year>\\d{4}) ${TIME}${ZONE}$`,
  `^[a-z]{3,9}, *(?<day>\\d{1,2})-(?<month>[a-z]{3})-(?<year>\\d{4}|\\d\\d) ${TIME}${ZONE}$`,
  `^[a-z]{3} (?<month>[a-z]{3}) +(?<day>\\d{1,2}) ${TIME} (?<year>\\d{4})${ZONE}$`,
].map((form) => new RegExp(form, 'i'));

const MINUTE_MS = 60_000;

/**
 * Parses an HTTP date (RFC 9110 §5.6.7) into milliseconds since 1970, independently of the time zone of this process:
 * `Date.parse` reads the asctime form as local time. `now` determines the century of a two-digit year.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts) return instantOf(parts, now);
  }
  return undefined;
}

function instantOf(parts: Readonly<Record<string, string | undefined>>, now: number): number | undefined {
  const { month: name = '', year: digits = '', sign } = parts;
  const number = (part: string) => Number(parts[part] ?? 0);
  const month = MONTHS.indexOf(name.toLowerCase());
  const day = number('day');
  const year = digits.length === 2 ? yearNear(number('year'), now) : number('year');
  // A Date reads the years 0 to 99 as 1900 to 1999, and a second of 60 as the next minute, which is correct for a leap
  // second.
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month, day);
  const isDate = month >= 0 && midnight.getUTCMonth() === month && midnight.getUTCDate() === day;
  if (!isDate || number('hour') > 23 || number('minute') > 59 || number('second') > 60) return undefined;
  const minutes = number('hour') * 60 + number('minute');
  const offset = (sign === '-' ? -1 : 1) * (number('offsetHours') * 60 + number('offsetMinutes'));
  return midnight.getTime() + (minutes - offset) * MINUTE_MS + number('second') * 1000;
}

/** Returns the year with these last two digits that is at most 50 years ahead, as the RFC requires. */
function yearNear(twoDigits: number, now: number): number {
  const present = new Date(now).getUTCFullYear();
  const year = present - (present % 100) + twoDigits;
  if (year > present + 50) return year - 100;
  return year <= present - 50 ? year + 100 : year;
}
