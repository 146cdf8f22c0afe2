/**
 * The rates of spaces, of which this instance uses an equal part. A burst may have the messages of one second, and at
 * least one. One number is kept per space: the monotonic time up to which its messages are spread at the rate.
 */
export class MessageRates {
  private readonly spreadUntil = new Map<number, number>();

  /** Counts a message and returns 0, or returns the milliseconds after which the space may have another one. */
  consume(spaceId: number, now: number, { perSecond, parts }: Rate): number {
    const { wait, until } = this.next(spaceId, now, { perSecond, parts });
    if (wait === 0) this.spreadUntil.set(spaceId, until);
    return wait;
  }

  /** Counts a message in any case, and returns the milliseconds after which it is within the rate. */
  spread(spaceId: number, now: number, rate: Rate): number {
    const { wait, until } = this.next(spaceId, now, rate);
    this.spreadUntil.set(spaceId, until);
    return wait;
  }

  /** Forgets the spaces that have no rate any more. */
  keepOnly(hasRate: (spaceId: number) => boolean): void {
    for (const id of this.spreadUntil.keys()) if (!hasRate(id)) this.spreadUntil.delete(id);
  }

  private next(spaceId: number, now: number, { perSecond, parts }: Rate) {
    const everyMs = (1000 * Math.max(1, parts)) / perSecond;
    const until = Math.max(now, this.spreadUntil.get(spaceId) ?? now) + everyMs;
    // A slow rate has a burst of one message. The difference has a rounding error far below a millisecond.
    return { wait: Math.max(0, Math.ceil(until - now - Math.max(1000, everyMs) - 1e-6)), until };
  }
}

export interface Rate {
  readonly perSecond: number;
  /** The number of instances that share the rate. */
  readonly parts: number;
}
