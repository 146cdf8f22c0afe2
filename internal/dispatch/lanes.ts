import type { OwnedDelivery } from '../domain/delivery.js';
import { Fifo } from './fifo.js';

export interface LaneLimits {
  readonly maxInFlight: number;
  readonly maxInFlightPerWebhook: number;
  /** Share of the slots that retries may use, so that new messages are never starved. */
  readonly maxRetryShare: number;
}

interface Lane {
  readonly webhookId: number;
  readonly fresh: Fifo<OwnedDelivery>;
  readonly retries: Fifo<OwnedDelivery>;
  inFlight: number;
  /** Whether the lane stands in the ring of that kind. */
  freshWaits: boolean;
  retriesWait: boolean;
}

const PART_OF_FREE = 4;

/**
 * One lane a webhook; slots are handed out round robin over the lanes that have work. Beyond its first, a lane may use
 * a quarter of the slots that are free, at most its limit (a dynamic threshold, as switches share their buffers): stuck
 * receivers keep a few each, the others go to those that answer.
 */
export class Lanes {
  private readonly lanes = new Map<number, Lane>();
  private readonly freshRing = new Fifo<Lane>();
  private readonly retryRing = new Fifo<Lane>();
  private readonly maxRetries: number;
  private running = 0;
  private retriesRunning = 0;
  private waiting = 0;
  private retryTurn = false;

  constructor(private readonly limits: LaneLimits) {
    this.maxRetries = Math.max(1, Math.floor(limits.maxInFlight * limits.maxRetryShare));
  }

  get inFlight(): number {
    return this.running;
  }

  get queued(): number {
    return this.waiting;
  }

  push(delivery: OwnedDelivery): void {
    const lane = this.lanes.get(delivery.webhookId) ?? makeLane(delivery.webhookId);
    this.lanes.set(delivery.webhookId, lane);
    (isRetry(delivery) ? lane.retries : lane.fresh).push(delivery);
    this.waiting++;
    this.line(lane);
  }

  /** The next delivery that may run; it counts as in flight until `done`. */
  take(): OwnedDelivery | undefined {
    if (this.running >= this.limits.maxInFlight || this.waiting === 0) return undefined;
    this.retryTurn = !this.retryTurn;
    const first = this.retryTurn ? this.takeRetry() : this.takeFresh();
    return first ?? (this.retryTurn ? this.takeFresh() : this.takeRetry());
  }

  done(delivery: OwnedDelivery): void {
    this.running--;
    if (isRetry(delivery)) this.retriesRunning--;
    const lane = this.lanes.get(delivery.webhookId);
    if (!lane) return;
    lane.inFlight--;
    if (lane.inFlight === 0 && lane.fresh.length === 0 && lane.retries.length === 0) this.lanes.delete(lane.webhookId);
    else this.line(lane);
  }

  /** Empties all queues; what is in flight stays counted. */
  clear(): OwnedDelivery[] {
    const left: OwnedDelivery[] = [];
    for (const lane of this.lanes.values()) {
      for (const queue of [lane.fresh, lane.retries]) {
        for (let next = queue.shift(); next; next = queue.shift()) left.push(next);
      }
    }
    this.waiting = 0;
    return left;
  }

  private takeFresh(): OwnedDelivery | undefined {
    for (let lane = this.freshRing.shift(); lane; lane = this.freshRing.shift()) {
      lane.freshWaits = false;
      const delivery = this.start(lane, lane.fresh);
      if (delivery) return delivery;
    }
    return undefined;
  }

  private takeRetry(): OwnedDelivery | undefined {
    if (this.retriesRunning >= this.maxRetries) return undefined;
    for (let lane = this.retryRing.shift(); lane; lane = this.retryRing.shift()) {
      lane.retriesWait = false;
      const delivery = this.start(lane, lane.retries);
      if (!delivery) continue;
      this.retriesRunning++;
      return delivery;
    }
    return undefined;
  }

  /** A lane at its limit leaves the ring; the end of one of its requests brings it back. */
  private start(lane: Lane, queue: Fifo<OwnedDelivery>): OwnedDelivery | undefined {
    if (lane.inFlight > 0 && lane.inFlight >= this.limitOf()) return undefined;
    const delivery = queue.shift();
    if (!delivery) return undefined;
    this.waiting--;
    this.running++;
    lane.inFlight++;
    this.line(lane);
    return delivery;
  }

  private limitOf(): number {
    return Math.min(this.limits.maxInFlightPerWebhook, (this.limits.maxInFlight - this.running) / PART_OF_FREE);
  }

  private line(lane: Lane): void {
    if (lane.fresh.length > 0 && !lane.freshWaits) {
      lane.freshWaits = true;
      this.freshRing.push(lane);
    }
    if (lane.retries.length > 0 && !lane.retriesWait) {
      lane.retriesWait = true;
      this.retryRing.push(lane);
    }
  }
}

const isRetry = (delivery: OwnedDelivery) => delivery.attempts > 0 || delivery.replay === true;

const makeLane = (webhookId: number): Lane => ({
  webhookId,
  fresh: new Fifo(),
  retries: new Fifo(),
  inFlight: 0,
  freshWaits: false,
  retriesWait: false,
});
