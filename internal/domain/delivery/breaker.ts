/** Conditions that open a circuit. */
export interface BreakerPolicy {
  /** Consecutive failures that open the circuit. 0 disables this trigger. */
  readonly failures: number;
  /** Failed share of the attempts in a window that opens the circuit. 0 disables this trigger. */
  readonly share: number;
  readonly windowMs: number;
  /** Minimum number of attempts in a window for its share to count. */
  readonly minAttempts: number;
}

/**
 * One failed attempt. Repeated failures of a delivery count once, because they say more about the delivery than about
 * the receiver, unless `countsAgain` is set.
 */
export interface Failure {
  readonly deliveryId: string;
  /**
   * Whether further consecutive failures of the delivery count too: the request did not reach the receiver, or other
   * deliveries of its ordering key wait behind it, so that no other delivery is attempted.
   */
  readonly countsAgain: boolean;
}

/**
 * When more deliveries than this have failed, each attempt counts. A repetition by one delivery then no longer matters.
 */
const MAX_REMEMBERED = 100;

/** Failed deliveries, each counted once, or more often if it counts again. */
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
 * The recent attempts to one webhook by one instance. The window slides in halves: the current one and the previous
 * one. Times are monotonic, in milliseconds.
 */
export class Circuit {
  private inARow = new Failed();
  private half = makeHalf();
  private before = makeHalf();
  private halfSince: number;

  constructor(now: number) {
    this.halfSince = now;
  }

  /** Whether the circuit remembers no failure that could open it. */
  isQuiet(now: number, { windowMs }: BreakerPolicy): boolean {
    return this.inARow.count === 0 && now - this.halfSince > windowMs;
  }

  succeeded(now: number, { windowMs }: BreakerPolicy): void {
    this.slide(now, windowMs / 2);
    if (this.inARow.count > 0) this.inARow = new Failed();
    this.half.good++;
  }

  /** Records a failed attempt. Returns the reason for opening the circuit, or undefined. */
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
