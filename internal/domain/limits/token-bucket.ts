import type { RateLimit } from '../matching/webhook-settings.js';

/**
 * A rate limit of which this instance uses an equal part. A burst may use the tokens of one second, and at least one,
 * so a minute sees at most the rate of a minute plus that of a second.
 */
export class TokenBucket {
  private tokens = 1;
  private filledAt: number;

  /** `now` is a monotonic time in milliseconds. */
  constructor(now: number) {
    this.filledAt = now;
  }

  /** Takes a token and returns 0, or returns the milliseconds until a token is available. */
  consume(now: number, rate: RateLimit, parts: number): number {
    const perMs = rate.count / rate.perMs / Math.max(1, parts);
    const max = Math.max(1, perMs * 1000);
    this.tokens = Math.min(max, this.tokens + (now - this.filledAt) * perMs);
    this.filledAt = now;
    if (this.tokens < 1) return Math.ceil((1 - this.tokens) / perMs);
    this.tokens -= 1;
    return 0;
  }
}
