import type { Load } from '../domain/load.js';

/** Overloaded receivers that are remembered. */
const MOST_REMEMBERED = 10_000;

/** Lower limits of lanes whose receiver is overloaded: each answer that says so halves it, each good one gives a part back. */
export class Slowdown {
  /** The longest known first. */
  private readonly limits = new Map<number, number>();

  limitOf(webhookId: number, most: number): number {
    return Math.min(most, this.limits.get(webhookId) ?? most);
  }

  adapt(webhookId: number, load: Exclude<Load, 'unknown'>, lane: { readonly most: number; readonly inFlight: number }) {
    const slowed = this.limits.get(webhookId);
    if (slowed === undefined && load === 'fine') return;
    this.limits.delete(webhookId);
    const limit = slowed ?? Math.max(1, lane.inFlight);
    const next = load === 'overloaded' ? Math.max(1, limit / 2) : limit + 1 / limit;
    if (next >= lane.most) return;
    this.limits.set(webhookId, next);
    const [oldest] = this.limits.keys();
    if (oldest !== undefined && this.limits.size > MOST_REMEMBERED) this.limits.delete(oldest);
  }
}
