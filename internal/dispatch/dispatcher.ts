import type { SettledAttempt } from '../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { judge, judgeProbe, withoutRetry } from '../domain/delivery/judge.js';
import { loadOf } from '../domain/delivery/load.js';
import { type AttemptOutcome, isUnconnected } from '../domain/delivery/outcome.js';
import type { Slot } from '../domain/delivery/slot.js';
import type { Verdict } from '../domain/delivery/verdict.js';
import { type CatalogWebhook, hasSameUrl } from '../domain/matching/catalog.js';
import { dueAtOf } from '../domain/message/headers/due-at.js';
import { hasNoRetry } from '../domain/message/headers/no-retry.js';
import { messageOf } from '../errors.js';
import type { Health } from './health.js';
import type { Lanes } from './lanes/lanes.js';
import { SlotsLeft } from './lanes/slots-left.js';
import type { EndPort, InstancePort, Runtime, SendPort, WebhookPort } from './ports.js';
import type { Residents } from './residents/residents.js';
import { toSettled } from './settled.js';

/** The port `SendPort`. An attempt that may have to wait for an access token can leave its slot meanwhile. */
export interface DispatcherSending extends Pick<SendPort, 'onAttempt' | 'onSettled'> {
  /** Never rejects. */
  send(delivery: OwnedDelivery, webhook: CatalogWebhook, slot: Slot | undefined): Promise<AttemptOutcome>;
}

/** The lanes in which deliveries wait, and the memory that they may use. */
export interface DispatcherRoom {
  readonly residents: Residents;
  readonly lanes: Lanes;
  /** Maximum number of deliveries that are sent and not settled. A crash can duplicate that many. */
  readonly maxActive: number;
}

/** The reactions of other parts when a delivery has been processed. */
export interface DispatcherEvents {
  readonly record: Health['record'];
  /** A delivery of this ordering key has ended. The next one may be sent. */
  advance(webhookId: number, orderKey: string): void;
  /** A delivery of a suspended webhook was parked. More of the webhook's deliveries may be due. */
  onResting(webhookId: number): void;
  /** Deliveries may be parked although their webhook is not suspended, or may wait although it was deleted. */
  wakeParked(): void;
  /** The database may have rows that this instance owns and that are no longer resident. */
  suspectStrays(): void;
}

export interface DispatcherDeps {
  readonly sending: DispatcherSending;
  readonly ends: Pick<EndPort, 'settle' | 'park' | 'cancel'>;
  readonly webhooks: Pick<WebhookPort, 'find' | 'policyOf' | 'disable'>;
  readonly room: DispatcherRoom;
  readonly events: DispatcherEvents;
  readonly isTrusted: InstancePort['isTrusted'];
  readonly runtime: Runtime;
}

/** Requests that start in one turn of the event loop: about 5 ms, or 15 ms with as many new connections. */
const STARTS_PER_TICK = 64;

/** Sends the deliveries of the lanes as the lanes allow, judges the outcomes, and settles the attempts. */
export class Dispatcher {
  private active = 0;
  private startedThisTick = 0;
  private stopped = false;
  private idleWaiters: (() => void)[] = [];
  private tokenTimer: NodeJS.Timeout | undefined;

  private readonly left: SlotsLeft;

  constructor(private readonly deps: DispatcherDeps) {
    const { lanes } = deps.room;
    this.left = new SlotsLeft({ lanes, pump: () => this.pump(), isStopped: () => this.stopped });
    lanes.whenWork(() => this.pump());
  }

  /** Starts as many requests as there are slots. Those beyond the limit per tick start in the next turn. */
  pump(): void {
    const { lanes } = this.deps.room;
    // These conditions are checked three times per delivery. The cheapest one comes first.
    while (lanes.hasWork && this.mayRun() && this.deps.isTrusted()) {
      if (this.startedThisTick === STARTS_PER_TICK) return;
      const delivery = lanes.dequeue();
      if (!delivery) {
        this.waitForToken();
        return;
      }
      if (this.startedThisTick++ === 0) setImmediate(() => this.nextTick());
      if (this.left.resume(delivery)) continue;
      this.active++;
      void this.run(delivery);
    }
  }

  private mayRun(): boolean {
    return !this.stopped && this.active - this.left.size < this.deps.room.maxActive;
  }

  private nextTick(): void {
    const hadEnough = this.startedThisTick === STARTS_PER_TICK;
    this.startedThisTick = 0;
    if (hadEnough) this.pump();
  }

  private waitForToken(): void {
    const inMs = this.tokenTimer ? undefined : this.deps.room.lanes.nextTokenInMs();
    if (inMs === undefined) return;
    this.tokenTimer = setTimeout(() => {
      this.tokenTimer = undefined;
      this.pump();
    }, inMs);
  }

  /**
   * Drops the queued deliveries of these webhooks, or all of them, as far as `leaves` does not keep them. Other
   * instances own them now or will own them, or their messages were erased. Requests in flight continue.
   */
  forget(webhookIds?: ReadonlySet<number>, leaves?: (delivery: OwnedDelivery) => boolean): OwnedDelivery[] {
    // An attempt that waits for a slot is under way. It ends with the outcome known so far.
    const queued = this.deps.room.lanes.clear(webhookIds, leaves).filter((delivery) => !this.left.refuse(delivery));
    for (const delivery of queued) this.deps.room.residents.release(delivery.id);
    return queued;
  }

  /** Starts nothing more. Returns the deliveries that were queued. */
  stop(): OwnedDelivery[] {
    this.stopped = true;
    clearTimeout(this.tokenTimer);
    return this.forget();
  }

  /** Resolves when no request is in flight and everything is settled. */
  idle(): Promise<void> {
    return this.active === 0 ? Promise.resolve() : new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private async run(delivery: OwnedDelivery): Promise<void> {
    const webhook = this.deps.webhooks.find(delivery.webhookId);
    let attempt: SettledAttempt | undefined;
    try {
      if (!webhook) await this.setAside(delivery, this.deps.ends.cancel);
      else if (isParked(webhook, delivery)) await this.putAside(delivery);
      else attempt = await this.attempt(delivery, webhook);
    } catch (error) {
      // This instance still owns the row. The next look for strays releases it.
      this.deps.events.suspectStrays();
      this.deps.runtime.logger.error('delivery.not_settled', { delivery_id: delivery.id, error: messageOf(error) });
    } finally {
      this.deps.room.residents.release(delivery.id, attempt?.outcome === 'delivered');
      this.active--;
      if (attempt && attempt.retryInMs === undefined) this.ended(delivery);
      this.pump();
      if (this.active === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
    }
  }

  /** This is called inside `pump`, whose loop continues with the slot. */
  private async setAside(delivery: OwnedDelivery, aside: (delivery: OwnedDelivery) => Promise<void>): Promise<void> {
    this.deps.room.lanes.done(delivery);
    await aside(delivery);
  }

  /**
   * Deliveries may have been unparked just before this one was parked. Without `wakeParked`, it would wait for long.
   */
  private async putAside(delivery: OwnedDelivery): Promise<void> {
    await this.setAside(delivery, this.deps.ends.park);
    const webhook = this.deps.webhooks.find(delivery.webhookId);
    if (webhook && isParked(webhook, delivery)) this.deps.events.onResting(webhook.id);
    else this.deps.events.wakeParked();
  }

  /** Its memory is free again. The next delivery of its ordering key may use it. */
  private ended({ webhookId, orderKey }: OwnedDelivery): void {
    if (orderKey) this.deps.events.advance(webhookId, orderKey);
  }

  /** Resolves when the attempt is settled. */
  private async attempt(delivery: OwnedDelivery, webhook: CatalogWebhook): Promise<SettledAttempt> {
    const { clock } = this.deps.runtime;
    const startedAt = clock.now();
    const from = clock.monotonic();
    const slot = webhook.settings.auth?.type === 'oauth2' ? this.left.slotOf(delivery) : undefined;
    const outcome = await this.deps.sending.send(delivery, webhook, slot);
    // The slot is free as soon as the receiver has answered. The memory is free as soon as the journal has answered.
    const durationMs = clock.monotonic() - from;
    if (!this.left.end(delivery)) this.deps.room.lanes.done(delivery, loadOf(outcome), durationMs);
    this.pump();
    const verdict = this.judge(delivery, webhook, outcome, startedAt);
    const attempt = toSettled({ delivery, webhook, outcome, startedAt, durationMs }, verdict);
    this.deps.sending.onAttempt(attempt);
    this.deps.events.record(attempt, isUnconnected(outcome));
    await this.deps.ends.settle(attempt);
    this.deps.sending.onSettled(attempt);
    if (attempt.because === 'gone') await this.disable(webhook);
    // The webhook was deleted during the request. Without this, its delivery would wait for the next round of the loop.
    if (attempt.retryInMs !== undefined && !this.deps.webhooks.find(webhook.id)) this.deps.events.wakeParked();
    return attempt;
  }

  /** The attempt is settled whether this succeeds or not. If it fails, the next 410 triggers it again. */
  private async disable(webhook: CatalogWebhook): Promise<void> {
    const webhookId = webhook.id;
    // The webhook has another receiver by now, which did not answer 410.
    if (!hasSameUrl(webhook, this.deps.webhooks.find(webhookId))) return;
    await this.deps.webhooks.disable(webhookId, 'the receiver answered 410 Gone').catch((error: unknown) => {
      this.deps.runtime.logger.error('webhook.not_disabled', { webhook_id: webhookId, error: messageOf(error) });
    });
  }

  private judge(
    { countedFailures, message, probe, replay }: OwnedDelivery,
    webhook: CatalogWebhook,
    outcome: AttemptOutcome,
    startedAt: number,
  ): Verdict {
    const history = { countedFailures, ageMs: replay ? undefined : startedAt - dueAtOf(message) };
    const { webhooks, runtime } = this.deps;
    const verdict = (probe ? judgeProbe : judge)(outcome, history, webhooks.policyOf(webhook), runtime.random);
    return verdict.state === 'retry' && hasNoRetry(message.headers) ? withoutRetry(verdict, outcome) : verdict;
  }
}

/** A probe is sent although its circuit is open. Nothing is sent to a webhook that a user has disabled or paused. */
function isParked({ enabled, waits }: CatalogWebhook, { probe }: OwnedDelivery): boolean {
  return !enabled || waits === 'paused' || (waits === 'circuit_open' && !probe);
}
