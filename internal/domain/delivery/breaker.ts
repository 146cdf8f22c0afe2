/** When a circuit opens. */
export interface BreakerPolicy {
  /** Failures in a row; 0: never because of them. */
  readonly failures: number;
  /** Part of the attempts of a window that failed; 0: never because of it. */
  readonly share: number;
  readonly windowMs: number;
  /** Attempts in a window below which its share says nothing. */
  readonly minAttempts: number;
}

/** A delivery that fails again and again counts as one, because it says more of itself than of its receiver, unless `countsAgain`. */
export interface Failure {
  readonly deliveryId: string;
  /**
   * Its next failures in a row count too: the request did not reach the receiver, or others of its key wait behind it, so that
   * nothing else is tried.
   */
  readonly countsAgain: boolean;
}

/** Beyond so many deliveries that fail, each attempt counts: whether one of them is tried again matters no more. */
const MAX_REMEMBERED = 100;

/** What failed: each delivery once, or more often where it counts again. */
class Failed {
  count = 0;
  private readonly ids = new Set<string>();

  has(id: string): boolean {
    return this.ids.has(id);
  }

  add(id: string, countsAgain = false): void {
    if (this.ids.has(id)) {
      if (countsAgain) this.count++;
      return;
    }
    if (this.ids.size < MAX_REMEMBERED) this.ids.add(id);
    this.count++;
  }
}

interface Half {
  good: number;
  readonly bad: Failed;
}

const makeHalf = (): Half => ({ good: 0, bad: new Failed() });

/**
 * What one instance has seen of a webhook lately. The window slides in halves: the present one and the one before it.
 * Times are monotonic milliseconds.
 */
export class Circuit {
  private inARow = new Failed();
  private half = makeHalf();
  private before = makeHalf();
  private halfSince: number;

  constructor(now: number) {
    this.halfSince = now;
  }

  /** Nothing in it that could open it. */
  isQuiet(now: number, { windowMs }: BreakerPolicy): boolean {
    return this.inARow.count === 0 && now - this.halfSince > windowMs;
  }

  succeeded(now: number, { windowMs }: BreakerPolicy): void {
    this.slide(now, windowMs / 2);
    if (this.inARow.count > 0) this.inARow = new Failed();
    this.half.good++;
  }

  /** Takes a failed attempt; answers why the circuit is to open, in words. */
  failed({ deliveryId, countsAgain }: Failure, now: number, policy: BreakerPolicy): string | undefined {
    this.slide(now, policy.windowMs / 2);
    this.inARow.add(deliveryId, countsAgain);
    if (!this.before.bad.has(deliveryId)) this.half.bad.add(deliveryId);
    if (policy.failures > 0 && this.inARow.count >= policy.failures) return `${this.inARow.count} failures in a row`;
    const bad = this.half.bad.count + this.before.bad.count;
    const all = bad + this.half.good + this.before.good;
    if (policy.share > 0 && all >= policy.minAttempts && bad / all >= policy.share) {
      return `${bad} of the last ${all} attempts failed`;
    }
    return undefined;
  }

  private slide(now: number, halfMs: number): void {
    const passed = now - this.halfSince;
    if (passed < halfMs) return;
    this.before = passed < 2 * halfMs ? this.half : makeHalf();
    this.half = makeHalf();
    this.halfSince = now;
  }
}
