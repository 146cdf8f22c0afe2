import { parseHttpDate } from '../text/http-date.js';

/**
 * Reads a `Retry-After` header (RFC 9110 §10.2.3): seconds or an HTTP date, as milliseconds from `now`.
 * The past, negative numbers and junk say nothing: undefined. Fractions are rounded up, they occur in the wild.
 */
export function parseRetryAfter(value: string, now: number): number | undefined {
  const text = value.trim();
  if (/^\d{1,15}(\.\d{1,6})?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const at = parseHttpDate(text, now);
  return at === undefined || at <= now ? undefined : at - now;
}
