import type { RateLimit } from '../matching/webhook-settings.js';

/**
 * A rate, of which this instance has an even part. It may run ahead by what it gets in a second, at least by one request,
 * so that a minute sees at most its number and a second's worth.
 */
export class TokenBucket {
  private tokens = 1;
  private filledAt: number;

  /** `now` is a monotonic time, milliseconds. */
  constructor(now: number) {
    this.filledAt = now;
  }

  /** Takes a token: 0, or the milliseconds after which there is one. */
  take(now: number, rate: RateLimit, parts: number): number {
    const perMs = rate.count / rate.perMs / Math.max(1, parts);
    const most = Math.max(1, perMs * 1000);
    this.tokens = Math.min(most, this.tokens + (now - this.filledAt) * perMs);
    this.filledAt = now;
    if (this.tokens < 1) return Math.ceil((1 - this.tokens) / perMs);
    this.tokens -= 1;
    return 0;
  }
}
