import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { Load } from '../../domain/delivery/load.js';
import type { ClassPath } from '../../domain/delivery/scheduling-class.js';
import { Hung } from './hung.js';
import { isEmpty, kindOf, type Lane, type LaneRules, makeLane, queueFor, queueOf } from './lane.js';
import { SLOT_KINDS, type SlotKind, SlotTree } from './slot-tree.js';
import { Slowdown } from './slowdown.js';
import { Throttled } from './throttled.js';

export interface LaneLimits {
  readonly maxInFlight: number;
  readonly maxInFlightPerWebhook: number;
  /** Share of the slots that retries may use, so that new messages are never starved. */
  readonly maxRetryShare: number;
}

export interface LanesDeps {
  rulesOf(webhookId: number): LaneRules;
  classOf(webhookId: number): ClassPath;
  /** Resolves when a request to this webhook may start, for example with a token. Undefined: at once. Never rejects. */
  untilReady(webhookId: number): Promise<void> | undefined;
  /** Number of instances that share the rates. */
  instances(): number;
  /** Monotonic milliseconds. */
  now(): number;
}

const PART_OF_FREE = 4;
/** Share of the slots for webhooks whose last request hung. */
const HUNG_SHARE = 0.25;

/**
 * Contains one lane per webhook. Slots are assigned round robin over the scheduling classes and lanes that have work.
 * `SlotTree` limits the slots of a class. Beyond its first slot, a lane may use a quarter of the free slots, up to its
 * limit (a dynamic threshold, as switches share their buffers): stuck receivers keep a few slots each, and the other
 * slots go to receivers that answer. Attempts that end for lack of room lower a lane's limit, and each good attempt
 * restores a part of it. A lane without a token for its rate waits until there is one, and a lane without an access
 * token waits until the token has arrived. Webhooks whose last request hung have a quarter of the slots together, so
 * that webhooks that answer have the other slots, also within one class.
 */
export class Lanes {
  private readonly lanes = new Map<number, Lane>();
  private readonly slots: SlotTree<Lane>;
  private readonly slowdown = new Slowdown();
  private readonly throttled: Throttled;
  private readonly unready = new Set<number>();
  private readonly hung = new Hung();
  private waiting = 0;
  private firstKind = 0;
  private onWork: () => void = () => undefined;

  constructor(
    private readonly limits: LaneLimits,
    private readonly deps: LanesDeps,
  ) {
    this.throttled = new Throttled(deps);
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

  /** Number of requests in flight to webhooks whose previous request hung. */
  get hungInFlight(): number {
    return this.hung.inFlight;
  }

  /** Spaces whose deliveries wait because the space, or a user or an origin in it, has all slots that it may have. */
  spacesAtShare(): readonly number[] {
    return this.slots.spacesAtShare();
  }

  /** Calls the listener when a delivery may run that could not: after `offer`, and after a wait for `untilReady`. */
  whenWork(listener: () => void): void {
    this.onWork = listener;
  }

  /** Enqueues a delivery and calls the listener. */
  offer(delivery: OwnedDelivery): void {
    this.push(delivery);
    this.onWork();
  }

  /** Enqueues a delivery. `isFirst` puts it before all others of its lane, because a part of its attempt is done. */
  push(delivery: OwnedDelivery, isFirst = false): void {
    const lane = this.lanes.get(delivery.webhookId) ?? this.open(delivery.webhookId);
    const queue = queueOf(lane, delivery);
    if (isFirst) queue.unshift(delivery);
    else queue.push(delivery);
    this.waiting++;
    this.line(lane);
  }

  /** Whether a delivery waits and a slot is free. `dequeue` decides whether the delivery may run. */
  get hasWork(): boolean {
    return this.waiting > 0 && this.slots.free >= 1;
  }

  /** The next delivery that may run. It counts as in flight until `done`. */
  dequeue(): OwnedDelivery | undefined {
    if (!this.hasWork) return undefined;
    if (this.throttled.size > 0) this.throttled.wake((lane) => this.line(lane));
    this.firstKind = (this.firstKind + 1) % SLOT_KINDS.length;
    for (let step = 0; step < SLOT_KINDS.length; step++) {
      const kind = SLOT_KINDS[(this.firstKind + step) % SLOT_KINDS.length] ?? 'fresh';
      const delivery = this.slots.startNext(kind, this.starts[kind]);
      if (delivery) return delivery;
    }
    return undefined;
  }

  /** Milliseconds until a token lets a delivery run. Undefined: none waits for a token, or no slot is free either. */
  nextTokenInMs(): number | undefined {
    return this.hasWork ? this.throttled.nextTokenInMs() : undefined;
  }

  done(delivery: OwnedDelivery, load: Load = 'unknown', durationMs?: number): void {
    const lane = this.lanes.get(delivery.webhookId);
    if (!lane) return;
    this.slots.ended(lane, this.hung.ended(delivery) ? 'hung' : kindOf(delivery));
    lane.inFlight--;
    if (load !== 'unknown' || durationMs !== undefined) this.learn(lane, load, durationMs ?? 0);
    if (lane.inFlight === 0 && isEmpty(lane)) this.close(lane);
    else this.line(lane);
  }

  /** The ids of the messages whose deliveries wait here. */
  queuedMessages(): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const { fresh, retries } of this.lanes.values())
      for (const queue of [fresh, retries]) for (const { message } of queue.values()) ids.add(message.id);
    return ids;
  }

  /**
   * Takes deliveries out of the queues of these webhooks, or out of all queues: those that `leaves` names, or all of
   * them. Requests in flight stay counted.
   */
  clear(
    webhookIds: Iterable<number> = [...this.lanes.keys()],
    leaves: (delivery: OwnedDelivery) => boolean = () => true,
  ): OwnedDelivery[] {
    const left: OwnedDelivery[] = [];
    for (const webhookId of webhookIds) {
      const lane = this.lanes.get(webhookId);
      if (!lane) continue;
      for (const queue of [lane.fresh, lane.retries]) {
        for (let rest = queue.length; rest > 0; rest--) {
          const next = queue.shift();
          if (next && leaves(next)) left.push(next);
          else if (next) queue.push(next);
        }
      }
      if (!isEmpty(lane)) continue;
      this.throttled.forget(lane);
      if (lane.inFlight === 0) this.close(lane);
    }
    this.waiting -= left.length;
    return left;
  }

  private readonly starts: Readonly<Record<SlotKind, (lane: Lane) => OwnedDelivery | undefined>> = {
    fresh: (lane) => this.start(lane, 'fresh'),
    retry: (lane) => this.start(lane, 'retry'),
    hung: (lane) => this.start(lane, 'hung'),
  };

  /** A lane at its limit leaves the ring. The end of one of its requests brings it back. */
  private start(lane: Lane, kind: SlotKind): OwnedDelivery | undefined {
    if (kind !== 'hung' && this.hung.has(lane.webhookId)) {
      this.line(lane);
      return undefined;
    }
    const queue = queueFor(lane, kind);
    if (queue.length === 0 || this.unready.has(lane.webhookId)) return undefined;
    const rules = this.deps.rulesOf(lane.webhookId);
    if (lane.inFlight > 0 && lane.inFlight >= this.limitOf(lane, rules)) return undefined;
    const ready = this.deps.untilReady(lane.webhookId);
    if (ready) {
      this.waitFor(lane, ready);
      return undefined;
    }
    if (rules.rate && !this.throttled.consumeToken(lane, rules.rate)) return undefined;
    const delivery = queue.shift();
    if (!delivery) return undefined;
    this.waiting--;
    this.slots.started(lane, kind);
    if (kind === 'hung') this.hung.started(delivery);
    lane.inFlight++;
    this.line(lane);
    return delivery;
  }

  /** Learns about the receiver from the end of a request. */
  private learn({ webhookId, inFlight }: Lane, load: Load, durationMs: number): void {
    this.hung.learn(webhookId, load, durationMs);
    if (load === 'unknown' || (load === 'fine' && !this.slowdown.slows(webhookId))) return;
    const max = this.deps.rulesOf(webhookId).maxInFlight ?? this.limits.maxInFlightPerWebhook;
    this.slowdown.adapt(webhookId, { load, durationMs, now: this.deps.now() }, { max, inFlight });
  }

  private limitOf({ webhookId }: Lane, { maxInFlight = this.limits.maxInFlightPerWebhook }: LaneRules): number {
    return Math.min(this.slowdown.limitOf(webhookId, maxInFlight), this.slots.free / PART_OF_FREE);
  }

  private waitFor({ webhookId }: Lane, ready: Promise<void>): void {
    this.unready.add(webhookId);
    void ready.then(() => {
      this.unready.delete(webhookId);
      const lane = this.lanes.get(webhookId);
      if (!lane) return;
      this.line(lane);
      this.onWork();
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
    if (this.hung.has(lane.webhookId)) {
      this.slots.line(lane, 'hung');
      return;
    }
    if (lane.fresh.length > 0) this.slots.line(lane, 'fresh');
    if (lane.retries.length > 0) this.slots.line(lane, 'retry');
  }
}
