import type { Load } from '../domain/load.js';
import { Recent } from '../recent.js';

/** Overloaded receivers that are remembered. */
const MOST_REMEMBERED = 10_000;

/** Lower limits of lanes whose receiver is overloaded: each answer that says so halves it, each good one gives a part back. */
export class Slowdown {
  private readonly limits = new Recent<number, number>(MOST_REMEMBERED);

  limitOf(webhookId: number, most: number): number {
    return Math.min(most, this.limits.get(webhookId) ?? most);
  }

  adapt(webhookId: number, load: Exclude<Load, 'unknown'>, lane: { readonly most: number; readonly inFlight: number }) {
    const slowed = this.limits.get(webhookId);
    if (slowed === undefined && load === 'fine') return;
    const limit = slowed ?? Math.max(1, lane.inFlight);
    const next = load === 'overloaded' ? Math.max(1, limit / 2) : limit + 1 / limit;
    if (next >= lane.most) this.limits.delete(webhookId);
    else this.limits.set(webhookId, next);
  }
}
