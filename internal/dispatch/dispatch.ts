import type { Clock } from '../clock.js';
import type { SettledAttempt } from '../domain/attempt.js';
import type { BreakerPolicy } from '../domain/breaker.js';
import type { CatalogWebhook } from '../domain/catalog.js';
import type { Claim, ClaimRoom } from '../domain/claim.js';
import type { OwnedDelivery } from '../domain/delivery.js';
import type { AttemptOutcome } from '../domain/outcome.js';
import type { RetryPolicy } from '../domain/retry-policy.js';
import type { ClassPath } from '../domain/scheduling-class.js';
import type { Slot } from '../domain/slot.js';
import { NO_SETTINGS } from '../domain/webhook-settings.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { repeat } from '../repeat.js';
import { makeClaimer } from './claimer.js';
import { Dispatcher } from './dispatcher.js';
import { Health } from './health.js';
import { Holdings, type HoldingsLimits } from './holdings.js';
import { type LaneLimits, Lanes } from './lanes.js';
import { makeTakeSingle } from './single-claims.js';
import { Strays } from './strays.js';
import { makeTurns, type TurnsDeps } from './turns.js';
import { makeWatchShares } from './watch-shares.js';

export interface SendUnder {
  /** Means: stop waiting for the answer. */
  readonly signal: AbortSignal;
  /** Of an attempt that may have to wait for an access token. */
  readonly slot?: Slot;
}

export interface DispatchDeps {
  claim(room: ClaimRoom): Promise<Claim>;
  /** One request; never rejects. */
  send(delivery: OwnedDelivery, webhook: CatalogWebhook, under: SendUnder): Promise<AttemptOutcome>;
  settle(attempt: SettledAttempt): Promise<void>;
  hold(delivery: OwnedDelivery): Promise<void>;
  cancel(delivery: OwnedDelivery): Promise<void>;
  giveBack(deliveries: readonly OwnedDelivery[]): Promise<void>;
  giveBackStrays(isHeld: (deliveryId: string) => boolean): Promise<number>;
  releaseHeld(limit: number): Promise<number>;
  /** Holds what is due of a webhook that is not sent to; answers how many, at most `limit`. */
  holdWaiting(webhookId: number, limit: number): Promise<number>;
  disableWebhook(webhookId: number, because: string): Promise<void>;
  findWebhook(id: number): CatalogWebhook | undefined;
  classOf(webhookId: number): ClassPath;
  /** What has to come before a request to the webhook may start; undefined: nothing. Never rejects. */
  untilReady(webhook: CatalogWebhook): Promise<void> | undefined;
  /** Loads what the catalog does not know yet. */
  reloadCatalog(): Promise<void>;
  isTrusted(): boolean;
  /** Under which deliveries are owned now. */
  instanceId(): string;
  onAttempt(attempt: SettledAttempt): void;
  onSettled(attempt: SettledAttempt): void;
  policyOf(webhook: CatalogWebhook): RetryPolicy;
  /** Instances among which the rates of webhooks are shared. */
  instances(): number;
  /** One delivery of each open circuit that may be tried now, owned by this instance. */
  claimProbes(): Promise<readonly OwnedDelivery[]>;
  circuitsOpen(): number;
  readonly claimNext: TurnsDeps['claimNext'];
  readonly releaseFirst: TurnsDeps['releaseFirst'];
  openCircuit(webhookId: number, because: string): Promise<void>;
  closeCircuit(webhookId: number): Promise<void>;
  saveHealth(failing: readonly number[], fine: readonly number[]): Promise<void>;
  readonly breaker: BreakerPolicy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

export interface DispatchStats {
  readonly inFlight: number;
  /** Of them those to webhooks of which the request before hung. */
  readonly hung: number;
  readonly queued: number;
  readonly held: number;
  readonly heldBytes: number;
  /** Spaces of which deliveries wait because the space, or a user or an origin in it, has all the slots that it may have. */
  readonly spacesAtShare: number;
}

export interface Dispatch {
  /** Keeps room for a delivery before it is committed. False: it is to be inserted owned by nobody. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean;
  /** Gives up room that was kept. */
  release(deliveryId: string): void;
  /** Sends a committed delivery whose room is kept. */
  enqueue(delivery: OwnedDelivery): void;
  /** Something of this key was committed, or has ended. */
  next(webhookId: number, orderKey: string): void;
  /** Rows may bear our id that we do not hold: the next claim looks for them first. */
  suspectStrays(): void;
  /** The catalog changed: a webhook may be enabled again, or gone. */
  wakeHeld(): void;
  /** What is held belongs to others now. */
  forget(): void;
  /** What is held for these webhooks is not theirs any more; what the store owes them is read from there. */
  forgetWebhooks(webhookIds: ReadonlySet<number>): void;
  /** Something may run again that could not. */
  resume(): void;
  stats(): DispatchStats;
  /** The spaces that the log has named as being at their share. */
  spacesAtShare(): readonly number[];
  start(): void;
  /** Gives back what is queued, lets requests under way finish for so long, then interrupts them. */
  stop(graceMs: number): Promise<void>;
}

/** While PostgreSQL answers, a few hundred wait for their settle; while it does not, sending has to wait too. */
const UNSETTLED_PER_SLOT = 2;
const CLAIM_EVERY_MS = 250;
const RELEASE_EVERY_MS = 30_000;
const HOLD_EVERY_MS = 60_000;
/** 130 ms. */
const HELD_AT_ONCE = 5000;
const PROBE_EVERY_MS = 1000;
const RELEASE_FIRST_EVERY_MS = 5000;
const SAVE_HEALTH_EVERY_MS = 10_000;
const WATCH_SHARES_EVERY_MS = 5000;
const RELEASED_AT_ONCE = 5000;

/** The sending loop: its parts, wired. */
export function makeDispatch(deps: DispatchDeps, limits: HoldingsLimits & LaneLimits): Dispatch {
  const { logger } = deps;
  const holdings = new Holdings(limits, deps.classOf);
  const lanes = new Lanes(limits, {
    rulesOf: (webhookId) => deps.findWebhook(webhookId)?.settings ?? NO_SETTINGS,
    classOf: deps.classOf,
    untilReady(webhookId) {
      const webhook = deps.findWebhook(webhookId);
      // What is not sent to is put aside at once; a probe waits in its attempt.
      return webhook?.enabled && !webhook.waits ? deps.untilReady(webhook) : undefined;
    },
    onReady: () => dispatcher.pump(),
    instances: deps.instances,
    now: deps.clock.monotonic,
  });
  const health = new Health(deps);
  const interrupt = new AbortController();
  const withoutSlot: SendUnder = { signal: interrupt.signal };
  const strays = new Strays({ ...deps, holdings });
  const suspectStrays = () => strays.suspect();
  const claimer = makeClaimer({
    ...deps,
    holdings,
    strays,
    mayClaim: deps.isTrusted,
    take: (delivery) => dispatcher.take(delivery),
  });
  const dispatcher: Dispatcher = new Dispatcher({
    ...deps,
    holdings,
    health,
    lanes,
    maxActive: UNSETTLED_PER_SLOT * limits.maxInFlight,
    send: (delivery, webhook, slot) => deps.send(delivery, webhook, slot ? { ...withoutSlot, slot } : withoutSlot),
    suspectStrays,
    wakeHeld: () => wakeHeld(),
    holdWaiting(webhookId) {
      if (resting.has(webhookId)) return;
      resting.add(webhookId);
      loops.holding?.wake();
    },
    next: (webhookId, orderKey) => turns.next(webhookId, orderKey),
  });
  /** Webhooks of which more may have to be held. */
  const resting = new Set<number>();
  const holdOnce = async () => {
    const [id] = resting;
    if (id === undefined) return false;
    resting.delete(id);
    if ((await deps.holdWaiting(id, HELD_AT_ONCE)) === HELD_AT_ONCE) resting.add(id);
    return resting.size > 0;
  };
  const loops = {
    claiming: undefined as ReturnType<typeof repeat> | undefined,
    releasing: undefined as ReturnType<typeof repeat> | undefined,
    holding: undefined as ReturnType<typeof repeat> | undefined,
    probing: undefined as ReturnType<typeof repeat> | undefined,
    releasingFirst: undefined as ReturnType<typeof repeat> | undefined,
    savingHealth: undefined as ReturnType<typeof repeat> | undefined,
    watchingShares: undefined as ReturnType<typeof repeat> | undefined,
  };
  const wakeHeld = () => loops.releasing?.wake();
  const complain = (loop: string) => (error: unknown) =>
    logger.warn('dispatch.failed', { loop, error: messageOf(error) });

  const giveBack = async (deliveries: readonly OwnedDelivery[]) => {
    if (deliveries.length === 0) return;
    await deps.giveBack(deliveries).catch(complain('give-back'));
  };

  const takeSingle = makeTakeSingle({ claimer, holdings, strays, take: (delivery) => dispatcher.take(delivery) });
  const mayClaimSingle = () => deps.isTrusted() && !claimer.isCatalogBehind();

  const probe = async () => {
    if (deps.circuitsOpen() > 0 && mayClaimSingle()) await takeSingle(() => deps.claimProbes());
  };

  const turns = makeTurns({
    ...deps,
    isTrusted: mayClaimSingle,
    holdings,
    take: takeSingle,
    onError: complain('claim-next'),
  });

  const shares = makeWatchShares({
    spacesAtShare: () => lanes.spacesAtShare(),
    now: deps.clock.monotonic,
    logger,
  });

  return {
    tryReserve: (deliveryId, webhookId, bytes) => deps.isTrusted() && holdings.tryReserve(deliveryId, webhookId, bytes),
    release: (deliveryId) => holdings.unreserve(deliveryId),
    enqueue: (delivery) => dispatcher.take(delivery),
    next: turns.next,
    suspectStrays,
    wakeHeld,
    forget: () => void dispatcher.forget(),
    forgetWebhooks(webhookIds) {
      dispatcher.forget(webhookIds);
      strays.suspect();
    },
    resume: () => dispatcher.pump(),
    stats: () => ({
      inFlight: lanes.inFlight,
      hung: lanes.hungInFlight,
      spacesAtShare: lanes.spacesAtShare().length,
      queued: lanes.queued,
      held: holdings.count,
      heldBytes: holdings.heldBytes,
    }),
    spacesAtShare: shares.spaces,
    start() {
      loops.claiming = repeat(claimer.runOnce, { everyMs: CLAIM_EVERY_MS, onError: complain('claim') });
      loops.releasing = repeat(async () => (await deps.releaseHeld(RELEASED_AT_ONCE)) === RELEASED_AT_ONCE, {
        everyMs: RELEASE_EVERY_MS,
        onError: complain('release-held'),
      });
      loops.holding = repeat(holdOnce, { everyMs: HOLD_EVERY_MS, onError: complain('hold-waiting') });
      loops.releasingFirst = repeat(turns.releaseOnce, {
        everyMs: RELEASE_FIRST_EVERY_MS,
        onError: complain('release-first'),
      });
      loops.probing = repeat(probe, { everyMs: PROBE_EVERY_MS, onError: complain('probe') });
      loops.savingHealth = repeat(() => health.save(), {
        everyMs: SAVE_HEALTH_EVERY_MS,
        onError: complain('save-health'),
      });
      loops.watchingShares = repeat(shares.look, {
        everyMs: WATCH_SHARES_EVERY_MS,
        onError: complain('watch-shares'),
      });
    },
    async stop(graceMs) {
      await Promise.all(Object.values(loops).map((loop) => loop?.stop()));
      await giveBack(dispatcher.stop());
      const deadline = setTimeout(() => interrupt.abort(), graceMs);
      await dispatcher.idle();
      clearTimeout(deadline);
      await health.idle();
    },
  };
}
