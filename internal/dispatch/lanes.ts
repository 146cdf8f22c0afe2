import type { OwnedDelivery } from '../domain/delivery.js';
import type { Load } from '../domain/load.js';
import type { RateLimit } from '../domain/webhook-settings.js';
import { Fifo } from './fifo.js';
import { Rates } from './rates.js';
import { Slowdown } from './slowdown.js';

export interface LaneLimits {
  readonly maxInFlight: number;
  readonly maxInFlightPerWebhook: number;
  /** Share of the slots that retries may use, so that new messages are never starved. */
  readonly maxRetryShare: number;
}

/** What one webhook wants otherwise. */
export interface LaneRules {
  readonly maxInFlight?: number;
  readonly rate?: RateLimit;
}

export interface LanesDeps {
  rulesOf(webhookId: number): LaneRules;
  /** Instances among which rates are shared. */
  instances(): number;
  /** Monotonic, milliseconds. */
  now(): number;
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
 * receivers keep a few each, the others go to those that answer. Attempts that end for lack of room lower a lane's limit,
 * each good one brings a part of it back. A lane without a token for its rate waits until there is one.
 */
export class Lanes {
  private readonly lanes = new Map<number, Lane>();
  private readonly freshRing = new Fifo<Lane>();
  private readonly retryRing = new Fifo<Lane>();
  private readonly maxRetries: number;
  private readonly slowdown = new Slowdown();
  private readonly rates = new Rates();
  private readonly throttled = new Map<Lane, number>();
  private nextTokenAt = Number.POSITIVE_INFINITY;
  private running = 0;
  private retriesRunning = 0;
  private waiting = 0;
  private retryTurn = false;

  constructor(
    private readonly limits: LaneLimits,
    private readonly deps: LanesDeps,
  ) {
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
    if (this.throttled.size > 0) this.wakeThrottled();
    this.retryTurn = !this.retryTurn;
    const first = this.retryTurn ? this.takeRetry() : this.takeFresh();
    return first ?? (this.retryTurn ? this.takeFresh() : this.takeRetry());
  }

  /** Milliseconds after which a token lets something run; undefined when nothing waits for one, or for a slot as well. */
  nextTokenInMs(): number | undefined {
    const mayRun = this.waiting > 0 && this.running < this.limits.maxInFlight;
    return mayRun && this.throttled.size > 0 ? Math.max(0, this.nextTokenAt - this.deps.now()) : undefined;
  }

  done(delivery: OwnedDelivery, load: Load = 'unknown', durationMs = 0): void {
    if (load !== 'unknown' && (load !== 'fine' || this.slowdown.slows(delivery.webhookId)))
      this.adapt(delivery.webhookId, load, durationMs);
    this.running--;
    if (isRetry(delivery)) this.retriesRunning--;
    const lane = this.lanes.get(delivery.webhookId);
    if (!lane) return;
    lane.inFlight--;
    if (lane.inFlight === 0 && lane.fresh.length === 0 && lane.retries.length === 0) this.lanes.delete(lane.webhookId);
    else this.line(lane);
  }

  /** Empties the queues of these webhooks, or all of them; what is in flight stays counted. */
  clear(webhookIds: Iterable<number> = [...this.lanes.keys()]): OwnedDelivery[] {
    const left: OwnedDelivery[] = [];
    for (const webhookId of webhookIds) {
      const lane = this.lanes.get(webhookId);
      if (!lane) continue;
      for (const queue of [lane.fresh, lane.retries]) {
        for (let next = queue.shift(); next; next = queue.shift()) left.push(next);
      }
      this.throttled.delete(lane);
      if (lane.inFlight === 0) this.lanes.delete(webhookId);
    }
    if (this.throttled.size === 0) this.nextTokenAt = Number.POSITIVE_INFINITY;
    this.waiting -= left.length;
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
    const rules = this.deps.rulesOf(lane.webhookId);
    if (queue.length === 0 || (lane.inFlight > 0 && lane.inFlight >= this.limitOf(lane, rules))) return undefined;
    if (rules.rate && !this.hasToken(lane, rules.rate)) return undefined;
    const delivery = queue.shift();
    if (!delivery) return undefined;
    this.waiting--;
    this.running++;
    lane.inFlight++;
    this.line(lane);
    return delivery;
  }

  private limitOf({ webhookId }: Lane, { maxInFlight = this.limits.maxInFlightPerWebhook }: LaneRules): number {
    return Math.min(
      this.slowdown.limitOf(webhookId, maxInFlight),
      (this.limits.maxInFlight - this.running) / PART_OF_FREE,
    );
  }

  private adapt(webhookId: number, load: Exclude<Load, 'unknown'>, durationMs: number): void {
    const most = this.deps.rulesOf(webhookId).maxInFlight ?? this.limits.maxInFlightPerWebhook;
    const ended = { load, durationMs, now: this.deps.now() };
    this.slowdown.adapt(webhookId, ended, { most, inFlight: this.lanes.get(webhookId)?.inFlight ?? 1 });
  }

  private hasToken(lane: Lane, rate: RateLimit): boolean {
    const now = this.deps.now();
    const waitMs = this.rates.take(lane.webhookId, now, { rate, parts: this.deps.instances() });
    if (waitMs === 0) return true;
    this.throttled.set(lane, now + waitMs);
    this.nextTokenAt = Math.min(this.nextTokenAt, now + waitMs);
    return false;
  }

  private wakeThrottled(): void {
    const now = this.deps.now();
    if (now < this.nextTokenAt) return;
    this.nextTokenAt = Number.POSITIVE_INFINITY;
    for (const [lane, at] of this.throttled) {
      if (at > now) {
        this.nextTokenAt = Math.min(this.nextTokenAt, at);
      } else {
        this.throttled.delete(lane);
        this.line(lane);
      }
    }
  }

  private line(lane: Lane): void {
    if (this.throttled.has(lane)) return;
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
