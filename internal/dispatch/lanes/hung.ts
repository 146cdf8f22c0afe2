import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { Load } from '../../domain/delivery/load.js';
import { Recent } from '../../recent.js';

/** A request that took this long and failed has hung: it occupied its slot without a result. */
const HUNG_AFTER_MS = 1000;
const MAX_REMEMBERED = 10_000;

/** Webhooks whose last request hung, and the requests in flight to them. */
export class Hung {
  private readonly webhooks = new Recent<number, number>(MAX_REMEMBERED);
  private readonly underWay = new Set<OwnedDelivery>();

  /** Number of requests in flight that use a slot for hanging webhooks. */
  get inFlight(): number {
    return this.underWay.size;
  }

  has(webhookId: number): boolean {
    return this.webhooks.size > 0 && this.webhooks.get(webhookId) !== undefined;
  }

  started(delivery: OwnedDelivery): void {
    this.underWay.add(delivery);
  }

  /** Ends a request. Returns true if the request had a slot for hanging webhooks. */
  ended(delivery: OwnedDelivery): boolean {
    return this.underWay.delete(delivery);
  }

  /** Learns from an ended request whether its receiver hangs. */
  learn(webhookId: number, load: Load, durationMs: number): void {
    if (load !== 'fine' && durationMs >= HUNG_AFTER_MS) this.webhooks.set(webhookId, durationMs);
    else if (this.webhooks.size > 0) this.webhooks.delete(webhookId);
  }
}
