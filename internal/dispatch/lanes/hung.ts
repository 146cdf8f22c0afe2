import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { Load } from '../../domain/delivery/load.js';
import { Recent } from '../../recent.js';

/** A request that took so long and did not end well has hung: it held its slot for nothing. */
const HUNG_AFTER_MS = 1000;
const MAX_REMEMBERED = 10_000;

/** Webhooks of which the last request hung, and the requests to them that are under way. */
export class Hung {
  private readonly webhooks = new Recent<number, number>(MAX_REMEMBERED);
  private readonly underWay = new Set<OwnedDelivery>();

  /** Requests under way that took a slot for webhooks that hang. */
  get inFlight(): number {
    return this.underWay.size;
  }

  has(webhookId: number): boolean {
    return this.webhooks.size > 0 && this.webhooks.get(webhookId) !== undefined;
  }

  started(delivery: OwnedDelivery): void {
    this.underWay.add(delivery);
  }

  /** A request has ended; true when it had a slot for webhooks that hang. */
  ended(delivery: OwnedDelivery): boolean {
    return this.underWay.delete(delivery);
  }

  /** Learns from a request that has ended whether its receiver hangs. */
  learn(webhookId: number, load: Load, durationMs: number): void {
    if (load !== 'fine' && durationMs >= HUNG_AFTER_MS) this.webhooks.set(webhookId, durationMs);
    else if (this.webhooks.size > 0) this.webhooks.delete(webhookId);
  }
}
