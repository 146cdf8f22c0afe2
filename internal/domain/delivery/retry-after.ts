import { parseHttpDate } from '../text/http-date.js';

/**
 * Parses a `Retry-After` header (RFC 9110 §10.2.3), seconds or an HTTP date, into milliseconds from `now`. Past dates,
 * negative numbers and malformed values return undefined. Fractions occur in practice and are rounded up.
 */
export function parseRetryAfter(value: string, now: number): number | undefined {
  const text = value.trim();
  if (/^\d{1,15}(\.\d{1,6})?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const at = parseHttpDate(text, now);
  return at === undefined || at <= now ? undefined : at - now;
}
