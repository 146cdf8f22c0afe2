/** When a circuit opens. */
export interface BreakerPolicy {
  /** Failures in a row; 0: never because of them. */
  readonly failures: number;
  /** Part of the attempts of a window that failed; 0: never because of it. */
  readonly share: number;
  readonly windowMs: number;
  /** Attempts in a window below which its share says nothing. */
  readonly leastAttempts: number;
}

interface Count {
  good: number;
  bad: number;
}

/**
 * What one instance has seen of a webhook lately. The window slides in halves: the present one and the one before it.
 * Times are monotonic milliseconds.
 */
export class Circuit {
  private inARow = 0;
  private half: Count = { good: 0, bad: 0 };
  private before: Count = { good: 0, bad: 0 };
  private halfSince: number;

  constructor(now: number) {
    this.halfSince = now;
  }

  /** Nothing in it that could open it. */
  isQuiet(now: number, { windowMs }: BreakerPolicy): boolean {
    return this.inARow === 0 && now - this.halfSince > windowMs;
  }

  /** Takes an attempt; answers why the circuit is to open, in words. */
  record(isGood: boolean, now: number, policy: BreakerPolicy): string | undefined {
    this.slide(now, policy.windowMs / 2);
    if (isGood) {
      this.inARow = 0;
      this.half.good++;
      return undefined;
    }
    this.inARow++;
    this.half.bad++;
    if (policy.failures > 0 && this.inARow >= policy.failures) return `${this.inARow} failures in a row`;
    const bad = this.half.bad + this.before.bad;
    const all = bad + this.half.good + this.before.good;
    if (policy.share > 0 && all >= policy.leastAttempts && bad / all >= policy.share) {
      return `${bad} of the last ${all} attempts failed`;
    }
    return undefined;
  }

  private slide(now: number, halfMs: number): void {
    const passed = now - this.halfSince;
    if (passed < halfMs) return;
    this.before = passed < 2 * halfMs ? this.half : { good: 0, bad: 0 };
    this.half = { good: 0, bad: 0 };
    this.halfSince = now;
  }
}
