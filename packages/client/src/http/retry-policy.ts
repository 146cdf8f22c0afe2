export interface RetryOptions {
  /** Maximum number of requests per call. Default: 4. */
  readonly maxAttempts?: number | undefined;
  /** Upper bound of the wait before the second request. It doubles with each further one. Default: 250. */
  readonly baseMs?: number | undefined;
  /** Upper bound of every wait that the service has not asked for. Default: 8,000. */
  readonly maxMs?: number | undefined;
  /** A longer `Retry-After` is not waited for: the call fails, and its error has `retryAfterMs`. Default: 60,000. */
  readonly maxRetryAfterMs?: number | undefined;
}

export type RetryPolicy = { readonly [Name in keyof RetryOptions]-?: number };

const DEFAULTS: RetryPolicy = { maxAttempts: 4, baseMs: 250, maxMs: 8000, maxRetryAfterMs: 60_000 };

/** @throws {TypeError} for a number that is none, or is negative */
export function retryPolicy(options: RetryOptions | false | undefined, fallback = DEFAULTS): RetryPolicy {
  if (options === false) return { ...fallback, maxAttempts: 1 };
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!(name in DEFAULTS)) throw new TypeError(`retry has no ${name}: it has ${Object.keys(DEFAULTS).join(', ')}`);
    if (!(value >= 0)) throw new TypeError(`retry.${name} must be a number that is not negative`);
  }
  return { ...fallback, ...Object.fromEntries(given) };
}

/**
 * The time to wait before the next request, or undefined if there is no further one. The wait is random between 0 and
 * its upper bound ("full jitter"), so that many clients do not come back at the same time. A `Retry-After` is added to
 * it in full.
 * @param attempts how many requests were sent
 * @param random a number of at least 0 and below 1
 */
export function waitBeforeNext(
  { maxAttempts, baseMs, maxMs, maxRetryAfterMs }: RetryPolicy,
  attempts: number,
  { random, retryAfterMs = 0 }: { readonly random: number; readonly retryAfterMs?: number | undefined },
): number | undefined {
  if (attempts >= maxAttempts || retryAfterMs > maxRetryAfterMs) return undefined;
  const bound = Math.min(maxMs, baseMs * 2 ** (attempts - 1));
  return retryAfterMs + random * bound;
}

/** The time that a `Retry-After` header asks to wait: a number of seconds, or a date. */
export function retryAfterIn(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Za-z]{3},/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
