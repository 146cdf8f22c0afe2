import type { Clock } from '../clock.js';
import type { SettledAttempt } from '../domain/attempt.js';
import { type CatalogWebhook, hasSameUrl } from '../domain/catalog.js';
import type { OwnedDelivery } from '../domain/delivery.js';
import { judge, judgeProbe } from '../domain/judge.js';
import { loadOf } from '../domain/load.js';
import { type AttemptOutcome, isUnconnected } from '../domain/outcome.js';
import { errorWords, logOutcome } from '../domain/outcome-words.js';
import type { RetryPolicy } from '../domain/retry-policy.js';
import type { Slot } from '../domain/slot.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Health } from './health.js';
import type { Holdings } from './holdings.js';
import type { Lanes } from './lanes.js';
import { SlotsLeft } from './slots-left.js';

export interface DispatcherDeps {
  /** Never rejects. An attempt that may have to wait for an access token can leave its slot meanwhile. */
  send(delivery: OwnedDelivery, webhook: CatalogWebhook, slot: Slot | undefined): Promise<AttemptOutcome>;
  settle(attempt: SettledAttempt): Promise<void>;
  /** Puts a disabled webhook's delivery aside until it is enabled. */
  hold(delivery: OwnedDelivery): Promise<void>;
  /** Something may be held whose webhook is sent to. */
  wakeHeld(): void;
  /** More of a webhook that is not sent to may be due. */
  holdWaiting(webhookId: number): void;
  /** Ends a deleted webhook's delivery. */
  cancel(delivery: OwnedDelivery): Promise<void>;
  /** The receiver answered 410: it wants nothing any more. */
  disableWebhook(webhookId: number, because: string): Promise<void>;
  findWebhook(id: number): CatalogWebhook | undefined;
  /** Whether this instance may still believe that it owns what it holds. */
  isTrusted(): boolean;
  /** Rows may bear our id that we no longer hold. */
  suspectStrays(): void;
  onAttempt(attempt: SettledAttempt): void;
  /** It is in the store. */
  onSettled(attempt: SettledAttempt): void;
  /** A delivery of this key has ended: the next one may be sent. */
  next(webhookId: number, orderKey: string): void;
  readonly health: Pick<Health, 'record'>;
  /** The most that may be sent and not settled: what a crash can double. */
  readonly maxActive: number;
  readonly holdings: Holdings;
  readonly lanes: Lanes;
  policyOf(webhook: CatalogWebhook): RetryPolicy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Requests that are begun in one turn of the event loop: about 5 ms, or 15 with as many new connections. */
const STARTS_A_TURN = 64;

/** Sends what it is given as the lanes allow, judges what came of it, and settles that. */
export class Dispatcher {
  private active = 0;
  private startedThisTurn = 0;
  private stopped = false;
  private idleWaiters: (() => void)[] = [];
  private tokenTimer: NodeJS.Timeout | undefined;

  private readonly left: SlotsLeft;

  constructor(private readonly deps: DispatcherDeps) {
    this.left = new SlotsLeft({ lanes: deps.lanes, pump: () => this.pump(), isStopped: () => this.stopped });
  }

  /** Takes a delivery whose room in `holdings` is kept. */
  take(delivery: OwnedDelivery): void {
    this.deps.lanes.push(delivery);
    this.pump();
  }

  /** Starts as many requests as there are slots for, those beyond a turn's share in the next turn. */
  pump(): void {
    const { lanes } = this.deps;
    // Called three times per delivery: the cheapest question comes first.
    while (lanes.hasWork && this.mayRun() && this.deps.isTrusted()) {
      if (this.startedThisTurn === STARTS_A_TURN) return;
      const delivery = lanes.take();
      if (!delivery) {
        this.waitForToken();
        return;
      }
      if (this.startedThisTurn++ === 0) setImmediate(() => this.nextTurn());
      if (this.left.resume(delivery)) continue;
      this.active++;
      void this.run(delivery);
    }
  }

  private mayRun(): boolean {
    return !this.stopped && this.active - this.left.size < this.deps.maxActive;
  }

  private nextTurn(): void {
    const hadEnough = this.startedThisTurn === STARTS_A_TURN;
    this.startedThisTurn = 0;
    if (hadEnough) this.pump();
  }

  private waitForToken(): void {
    const inMs = this.tokenTimer ? undefined : this.deps.lanes.nextTokenInMs();
    if (inMs === undefined) return;
    this.tokenTimer = setTimeout(() => {
      this.tokenTimer = undefined;
      this.pump();
    }, inMs);
  }

  /** Forgets what is queued, for these webhooks or for all, because it belongs to others now, or shall. Requests under way go on. */
  forget(webhookIds?: ReadonlySet<number>): OwnedDelivery[] {
    // An attempt that waits for a slot is under way: it ends with what it knows.
    const queued = this.deps.lanes.clear(webhookIds).filter((delivery) => !this.left.refuse(delivery));
    for (const delivery of queued) this.deps.holdings.release(delivery.id);
    return queued;
  }

  /** Starts nothing any more; answers what was queued. */
  stop(): OwnedDelivery[] {
    this.stopped = true;
    clearTimeout(this.tokenTimer);
    return this.forget();
  }

  /** Resolves when no request is under way and everything is settled. */
  idle(): Promise<void> {
    return this.active === 0 ? Promise.resolve() : new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private async run(delivery: OwnedDelivery): Promise<void> {
    const webhook = this.deps.findWebhook(delivery.webhookId);
    let attempt: SettledAttempt | undefined;
    try {
      if (!webhook) await this.setAside(delivery, this.deps.cancel);
      else if (isHeld(webhook, delivery)) await this.putAside(delivery);
      else attempt = await this.attempt(delivery, webhook);
    } catch (error) {
      // The row still bears our id; the next look for strays sets it free.
      this.deps.suspectStrays();
      this.deps.logger.error('delivery.not_settled', { delivery_id: delivery.id, error: messageOf(error) });
    } finally {
      this.deps.holdings.release(delivery.id, attempt?.outcome === 'delivered');
      this.active--;
      if (attempt && attempt.retryInMs === undefined) this.ended(delivery);
      this.pump();
      if (this.active === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
    }
  }

  /** Called from within `pump`, whose loop goes on with the slot. */
  private async setAside(delivery: OwnedDelivery, aside: (delivery: OwnedDelivery) => Promise<void>): Promise<void> {
    this.deps.lanes.done(delivery);
    await aside(delivery);
  }

  /** Whoever released what was held may have looked before this one was; then nobody would look again for long. */
  private async putAside(delivery: OwnedDelivery): Promise<void> {
    await this.setAside(delivery, this.deps.hold);
    const webhook = this.deps.findWebhook(delivery.webhookId);
    if (webhook && isHeld(webhook, delivery)) this.deps.holdWaiting(webhook.id);
    else this.deps.wakeHeld();
  }

  /** Its room is free again: the next of its key may take it. */
  private ended({ webhookId, orderKey }: OwnedDelivery): void {
    if (orderKey) this.deps.next(webhookId, orderKey);
  }

  /** Answers once it is settled. */
  private async attempt(delivery: OwnedDelivery, webhook: CatalogWebhook): Promise<SettledAttempt> {
    const { clock } = this.deps;
    const startedAt = clock.now();
    const from = clock.monotonic();
    const slot = webhook.settings.auth?.type === 'oauth2' ? this.left.slotOf(delivery) : undefined;
    const outcome = await this.deps.send(delivery, webhook, slot);
    // The slot is free once the receiver has answered; the memory once the journal has.
    const durationMs = clock.monotonic() - from;
    if (!this.left.end(delivery)) this.deps.lanes.done(delivery, loadOf(outcome), durationMs);
    this.pump();
    const attempt = this.settled(delivery, webhook, outcome, startedAt, durationMs);
    this.deps.onAttempt(attempt);
    this.deps.health.record(attempt, isUnconnected(outcome));
    await this.deps.settle(attempt);
    this.deps.onSettled(attempt);
    if (attempt.because === 'gone') await this.disable(webhook);
    return attempt;
  }

  /** The attempt is settled whatever becomes of this; the next 410 brings it up again. */
  private async disable(webhook: CatalogWebhook): Promise<void> {
    const webhookId = webhook.id;
    // The webhook has another receiver by now, which did not say so.
    if (!hasSameUrl(webhook, this.deps.findWebhook(webhookId))) return;
    await this.deps.disableWebhook(webhookId, 'the receiver answered 410 Gone').catch((error: unknown) => {
      this.deps.logger.error('webhook.not_disabled', { webhook_id: webhookId, error: messageOf(error) });
    });
  }

  private settled(
    delivery: OwnedDelivery,
    webhook: CatalogWebhook,
    outcome: AttemptOutcome,
    startedAt: number,
    durationMs: number,
  ): SettledAttempt {
    const ageMs = delivery.replay ? undefined : startedAt - delivery.message.receivedAt;
    const judgeIt = delivery.probe ? judgeProbe : judge;
    const history = { failures: delivery.failures, ageMs };
    const verdict = judgeIt(outcome, history, this.deps.policyOf(webhook), this.deps.random);
    const counts = verdict.state === 'dead' || (verdict.state === 'retry' && verdict.counts);
    const answered = outcome.kind === 'answered' ? outcome : undefined;
    return {
      delivery,
      webhook,
      startedAt,
      durationMs,
      outcome: logOutcome(outcome, verdict),
      status: answered?.status,
      responseBody: answered && answered.body.length > 0 ? answered.body : undefined,
      error: errorWords(outcome),
      failures: delivery.failures + (counts ? 1 : 0),
      retryInMs: verdict.state === 'retry' ? verdict.delayMs : undefined,
      because: verdict.state === 'dead' ? verdict.because : undefined,
    };
  }
}

/** A probe is sent although its circuit is open; nothing is sent to a webhook that somebody has switched off or paused. */
function isHeld({ enabled, waits }: CatalogWebhook, { probe }: OwnedDelivery): boolean {
  return !enabled || waits === 'paused' || (waits === 'circuit_open' && !probe);
}
