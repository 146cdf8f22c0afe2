import type { ClockSample } from '../corrected-clock.js';

/**
 * Detects that the clock of the database was set, by comparing it with the monotonic clock of this process. After that,
 * the last heartbeats of other instances look older or newer than they are.
 */
export class Jumps {
  private last: ClockSample | undefined;
  private jumpedAt = Number.NEGATIVE_INFINITY;

  /** @param toleranceMs a smaller jump does not count */
  constructor(private readonly toleranceMs: number) {}

  see(sample: ClockSample): void {
    const { last } = this;
    this.last = sample;
    if (!last) return;
    const elapsedMs = sample.time - last.time;
    const isForwards = elapsedMs > sample.answeredAt - last.askedAt + this.toleranceMs;
    const isBackwards = elapsedMs < sample.askedAt - last.answeredAt - this.toleranceMs;
    if (isForwards || isBackwards) this.jumpedAt = sample.answeredAt;
  }

  /** Monotonic milliseconds since the last jump, or infinity. */
  sinceMs(now: number): number {
    return now - this.jumpedAt;
  }
}
