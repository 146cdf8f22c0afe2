import type { RateLimit } from '../../domain/matching/webhook-settings.js';
import type { Lane } from './lane.js';
import { Rates } from './rates.js';

export interface ThrottledDeps {
  /** Number of instances that share the rates. */
  instances(): number;
  /** Monotonic milliseconds. */
  now(): number;
}

/** Lanes that wait for a token of their webhook's rate. */
export class Throttled {
  private readonly rates = new Rates();
  private readonly until = new Map<Lane, number>();
  private nextTokenAt = Number.POSITIVE_INFINITY;

  constructor(private readonly deps: ThrottledDeps) {}

  get size(): number {
    return this.until.size;
  }

  has(lane: Lane): boolean {
    return this.until.has(lane);
  }

  /** Takes a token for a request of the lane. If it returns false, the lane waits for a token. */
  consumeToken(lane: Lane, rate: RateLimit): boolean {
    const now = this.deps.now();
    const waitMs = this.rates.consume(lane.webhookId, now, { rate, parts: this.deps.instances() });
    if (waitMs === 0) return true;
    this.until.set(lane, now + waitMs);
    this.nextTokenAt = Math.min(this.nextTokenAt, now + waitMs);
    return false;
  }

  /** Ends the wait of the lanes that may have a token now, and passes each of them to `line`. */
  wake(line: (lane: Lane) => void): void {
    const now = this.deps.now();
    if (now < this.nextTokenAt) return;
    this.nextTokenAt = Number.POSITIVE_INFINITY;
    for (const [lane, at] of this.until) {
      if (at > now) {
        this.nextTokenAt = Math.min(this.nextTokenAt, at);
      } else {
        this.until.delete(lane);
        line(lane);
      }
    }
  }

  /** Milliseconds until the first waiting lane may have a token. Undefined means that no lane waits. */
  nextTokenInMs(): number | undefined {
    return this.until.size > 0 ? Math.max(0, this.nextTokenAt - this.deps.now()) : undefined;
  }

  forget(lane: Lane): void {
    this.until.delete(lane);
    if (this.until.size === 0) this.nextTokenAt = Number.POSITIVE_INFINITY;
  }
}
