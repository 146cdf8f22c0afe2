import { TokenBucket } from '../../domain/limits/token-bucket.js';
import type { RateLimit } from '../../domain/matching/webhook-settings.js';
import { Recent } from '../../recent.js';

/** The longest period of a rate. A bucket that rested for this long is as full as a new one. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** The token buckets of webhooks with a rate, except those that rested for long. */
export class Rates {
  private readonly buckets = new Recent<number, TokenBucket>();
  private forgotAt: number | undefined;

  get size(): number {
    return this.buckets.size;
  }

  /** Takes a token. Returns 0, or the milliseconds until there is one. `now` is a monotonic time. */
  consume(webhookId: number, now: number, share: { readonly rate: RateLimit; readonly parts: number }): number {
    this.forgetUnused(now);
    const bucket = this.buckets.get(webhookId) ?? new TokenBucket(now);
    this.buckets.set(webhookId, bucket);
    return bucket.consume(now, share.rate, share.parts);
  }

  private forgetUnused(now: number): void {
    this.forgotAt ??= now;
    if (now < this.forgotAt + FORGOTTEN_AFTER_MS) return;
    this.forgotAt = now;
    this.buckets.forgetUnused();
  }
}
