import { TokenBucket } from '../domain/token-bucket.js';
import type { RateLimit } from '../domain/webhook-settings.js';

interface Used {
  readonly bucket: TokenBucket;
  at: number;
}

/** The longest time of a rate: a bucket that rested for so long holds no less than a new one. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** The token buckets of webhooks that have a rate, those first that rested longest. */
export class Rates {
  private readonly buckets = new Map<number, Used>();

  get size(): number {
    return this.buckets.size;
  }

  /** Takes a token: 0, or the milliseconds after which there is one. `now` is a monotonic time. */
  take(webhookId: number, now: number, share: { readonly rate: RateLimit; readonly parts: number }): number {
    const { bucket } = this.buckets.get(webhookId) ?? { bucket: new TokenBucket(now) };
    this.buckets.delete(webhookId);
    this.buckets.set(webhookId, { bucket, at: now });
    this.forgetOldest(now);
    return bucket.take(now, share.rate, share.parts);
  }

  private forgetOldest(now: number): void {
    const [oldest] = this.buckets;
    if (oldest && oldest[1].at < now - FORGOTTEN_AFTER_MS) this.buckets.delete(oldest[0]);
  }
}
