import type { OwnedDelivery } from '../domain/delivery.js';
import type { Load } from '../domain/load.js';
import type { ClassPath } from '../domain/scheduling-class.js';
import type { RateLimit } from '../domain/webhook-settings.js';
import { Recent } from '../recent.js';
import { Fifo } from './fifo.js';
import { Rates } from './rates.js';
import { SLOT_KINDS, type SlotClass, type SlotKind, SlotTree } from './slot-tree.js';
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
  classOf(webhookId: number): ClassPath;
  /** What has to come before a request of this webhook may start, such as an access token; undefined: nothing. Never rejects. */
  untilReady(webhookId: number): Promise<void> | undefined;
  /** Something may run that waited for `untilReady`. */
  onReady(): void;
  /** Instances among which rates are shared. */
  instances(): number;
  /** Monotonic, milliseconds. */
  now(): number;
}

interface Lane {
  readonly webhookId: number;
  readonly place: SlotClass<Lane>;
  readonly lined: Record<SlotKind, boolean>;
  readonly fresh: Fifo<OwnedDelivery>;
  readonly retries: Fifo<OwnedDelivery>;
  inFlight: number;
}

const PART_OF_FREE = 4;
/** A request that took so long and did not end well has hung: it held its slot for nothing. */
const HUNG_AFTER_MS = 1000;
/** Part of the slots for webhooks of which the last request hung. */
const HUNG_SHARE = 0.25;
/** Webhooks that are remembered to hang. */
const MAX_HUNG_REMEMBERED = 10_000;

/**
 * One lane per webhook. Slots are handed out round robin over the scheduling classes and lanes that have work; see `SlotTree`
 * for what a class may have. Beyond its first, a lane may use
 * a quarter of the slots that are free, at most its limit (a dynamic threshold, as switches share their buffers): stuck
 * receivers keep a few each, the others go to those that answer. Attempts that end for lack of room lower a lane's limit,
 * each good one brings a part of it back. A lane without a token for its rate waits until there is one, and one without an
 * access token until that has come. Webhooks of which the last request hung have a quarter of the slots together, so that
 * those that answer have the others, also within one class.
 */
export class Lanes {
  private readonly lanes = new Map<number, Lane>();
  private readonly slots: SlotTree<Lane>;
  private readonly slowdown = new Slowdown();
  private readonly rates = new Rates();
  private readonly throttled = new Map<Lane, number>();
  private readonly unready = new Set<number>();
  private readonly hanging = new Recent<number, number>(MAX_HUNG_REMEMBERED);
  /** Under way, and counted as hung. */
  private readonly hung = new Set<OwnedDelivery>();
  private nextTokenAt = Number.POSITIVE_INFINITY;
  private waiting = 0;
  private turn = 0;

  constructor(
    private readonly limits: LaneLimits,
    private readonly deps: LanesDeps,
  ) {
    const { maxInFlight, maxRetryShare } = limits;
    const partOf = (share: number) => Math.max(1, Math.floor(maxInFlight * share));
    this.slots = new SlotTree<Lane>({
      all: maxInFlight,
      ofKind: { fresh: maxInFlight, retry: partOf(maxRetryShare), hung: partOf(HUNG_SHARE) },
    });
  }

  get inFlight(): number {
    return this.slots.inFlight;
  }

  get queued(): number {
    return this.waiting;
  }

  /** Requests under way to webhooks of which the request before hung. */
  get hungInFlight(): number {
    return this.hung.size;
  }

  /** Spaces of which deliveries wait because the space, or a user or an origin in it, has all the slots that it may have. */
  spacesAtShare(): readonly number[] {
    return this.slots.spacesAtShare();
  }

  push(delivery: OwnedDelivery): void {
    const lane = this.lanes.get(delivery.webhookId) ?? this.open(delivery.webhookId);
    queueOf(lane, delivery).push(delivery);
    this.waiting++;
    this.line(lane);
  }

  /** Before all others of its lane: a part of its attempt is done. */
  pushFirst(delivery: OwnedDelivery): void {
    const lane = this.lanes.get(delivery.webhookId) ?? this.open(delivery.webhookId);
    queueOf(lane, delivery).unshift(delivery);
    this.waiting++;
    this.line(lane);
  }

  /** The next delivery that may run; it counts as in flight until `done`. */
  take(): OwnedDelivery | undefined {
    if (this.waiting === 0 || this.slots.free < 1) return undefined;
    if (this.throttled.size > 0) this.wakeThrottled();
    this.turn = (this.turn + 1) % SLOT_KINDS.length;
    for (let step = 0; step < SLOT_KINDS.length; step++) {
      const kind = SLOT_KINDS[(this.turn + step) % SLOT_KINDS.length] ?? 'fresh';
      const delivery = this.slots.take(kind, this.starts[kind]);
      if (delivery) return delivery;
    }
    return undefined;
  }

  /** Milliseconds after which a token lets something run; undefined when nothing waits for one, or for a slot as well. */
  nextTokenInMs(): number | undefined {
    const mayRun = this.waiting > 0 && this.slots.free >= 1;
    return mayRun && this.throttled.size > 0 ? Math.max(0, this.nextTokenAt - this.deps.now()) : undefined;
  }

  done(delivery: OwnedDelivery, load: Load = 'unknown', durationMs?: number): void {
    const lane = this.lanes.get(delivery.webhookId);
    if (!lane) return;
    this.slots.ended(lane, this.hung.delete(delivery) ? 'hung' : kindOf(delivery));
    lane.inFlight--;
    if (load !== 'unknown' || durationMs !== undefined) this.learn(lane, load, durationMs ?? 0);
    if (lane.inFlight === 0 && isEmpty(lane)) this.close(lane);
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
      if (lane.inFlight === 0) this.close(lane);
    }
    if (this.throttled.size === 0) this.nextTokenAt = Number.POSITIVE_INFINITY;
    this.waiting -= left.length;
    return left;
  }

  private readonly starts: Readonly<Record<SlotKind, (lane: Lane) => OwnedDelivery | undefined>> = {
    fresh: (lane) => this.start(lane, 'fresh'),
    retry: (lane) => this.start(lane, 'retry'),
    hung: (lane) => this.start(lane, 'hung'),
  };

  /** A lane at its limit leaves the ring; the end of one of its requests brings it back. */
  private start(lane: Lane, kind: SlotKind): OwnedDelivery | undefined {
    if (kind !== 'hung' && this.isHanging(lane)) {
      this.line(lane);
      return undefined;
    }
    const queue = this.queueFor(lane, kind);
    if (queue.length === 0 || this.unready.has(lane.webhookId)) return undefined;
    const rules = this.deps.rulesOf(lane.webhookId);
    if (lane.inFlight > 0 && lane.inFlight >= this.limitOf(lane, rules)) return undefined;
    const ready = this.deps.untilReady(lane.webhookId);
    if (ready) {
      this.waitFor(lane, ready);
      return undefined;
    }
    if (rules.rate && !this.hasToken(lane, rules.rate)) return undefined;
    const delivery = queue.shift();
    if (!delivery) return undefined;
    this.waiting--;
    this.slots.started(lane, kind);
    if (kind === 'hung') this.hung.add(delivery);
    lane.inFlight++;
    this.line(lane);
    return delivery;
  }

  /** Retries and new messages to a webhook that hangs share its slots: the longer queue goes first. */
  private queueFor(lane: Lane, kind: SlotKind): Fifo<OwnedDelivery> {
    if (kind === 'hung') return lane.retries.length > lane.fresh.length ? lane.retries : lane.fresh;
    return kind === 'retry' ? lane.retries : lane.fresh;
  }

  private isHanging({ webhookId }: Lane): boolean {
    return this.hanging.size > 0 && this.hanging.get(webhookId) !== undefined;
  }

  /** What the end of a request says of its receiver. */
  private learn({ webhookId }: Lane, load: Load, durationMs: number): void {
    if (load !== 'fine' && durationMs >= HUNG_AFTER_MS) this.hanging.set(webhookId, durationMs);
    else if (this.hanging.size > 0) this.hanging.delete(webhookId);
    if (load !== 'unknown' && (load !== 'fine' || this.slowdown.slows(webhookId)))
      this.adapt(webhookId, load, durationMs);
  }

  private limitOf({ webhookId }: Lane, { maxInFlight = this.limits.maxInFlightPerWebhook }: LaneRules): number {
    return Math.min(this.slowdown.limitOf(webhookId, maxInFlight), this.slots.free / PART_OF_FREE);
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

  private waitFor({ webhookId }: Lane, ready: Promise<void>): void {
    this.unready.add(webhookId);
    void ready.then(() => {
      this.unready.delete(webhookId);
      const lane = this.lanes.get(webhookId);
      if (!lane) return;
      this.line(lane);
      this.deps.onReady();
    });
  }

  private open(webhookId: number): Lane {
    const place = this.slots.enter(this.deps.classOf(webhookId));
    const lane = makeLane(webhookId, place);
    this.lanes.set(webhookId, lane);
    return lane;
  }

  private close(lane: Lane): void {
    this.lanes.delete(lane.webhookId);
    this.slots.leave(lane.place);
  }

  private line(lane: Lane): void {
    if (isEmpty(lane) || this.throttled.has(lane) || this.unready.has(lane.webhookId)) return;
    if (this.isHanging(lane)) {
      this.slots.line(lane, 'hung');
      return;
    }
    if (lane.fresh.length > 0) this.slots.line(lane, 'fresh');
    if (lane.retries.length > 0) this.slots.line(lane, 'retry');
  }
}

const kindOf = (delivery: OwnedDelivery) => (delivery.attempts > 0 || delivery.replay === true ? 'retry' : 'fresh');
const queueOf = (lane: Lane, delivery: OwnedDelivery) => (kindOf(delivery) === 'retry' ? lane.retries : lane.fresh);
const isEmpty = ({ fresh, retries }: Lane) => fresh.length === 0 && retries.length === 0;

const makeLane = (webhookId: number, place: SlotClass<Lane>): Lane => ({
  webhookId,
  place,
  lined: { fresh: false, retry: false, hung: false },
  fresh: new Fifo(),
  retries: new Fifo(),
  inFlight: 0,
});
