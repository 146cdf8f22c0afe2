import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { NO_SETTINGS } from '../domain/matching/webhook-settings.js';
import { messageOf } from '../errors.js';
import { makeSeldomWarning } from '../seldom-warning.js';
import { makeClaimer } from './claimer.js';
import { Dispatcher, type DispatcherSending } from './dispatcher.js';
import { Health } from './health.js';
import { type LaneLimits, Lanes } from './lanes/lanes.js';
import { Loops, type Round } from './loops.js';
import { makeOrderedKeys } from './ordered-keys.js';
import { makePlaceDelayed } from './place-delayed.js';
import type { DispatchPorts, SendUnder } from './ports.js';
import { type ResidentLimits, Residents } from './residents/residents.js';
import { Resting } from './resting.js';
import { makeRunSingleClaim } from './single-claims.js';
import { Strays } from './strays.js';
import { makeWatchShares } from './watch-shares.js';

export interface DispatchStats {
  readonly inFlight: number;
  /** The requests in flight to webhooks whose previous request hung. */
  readonly hung: number;
  readonly queued: number;
  readonly resident: number;
  readonly residentBytes: number;
  /**
   * Number of spaces whose deliveries wait because the space, or a user or an origin in it, has all slots that it may
   * have.
   */
  readonly spacesAtShare: number;
}

export interface Dispatch {
  /**
   * Reserves memory for a delivery before it is committed. If it returns false, the delivery must be inserted without
   * an owner.
   */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean;
  /** Gives up reserved memory. */
  release(deliveryId: string): void;
  /** Sends a committed delivery for which memory is reserved. */
  enqueue(delivery: OwnedDelivery): void;
  /** A delivery of this ordering key was committed, or has ended. */
  advance(webhookId: number, orderKey: string): void;
  /**
   * The database may have rows that this instance owns and that are not resident. The next claim looks for them first.
   */
  suspectStrays(): void;
  /** The catalog changed: a webhook may be enabled again, or deleted. */
  wakeParked(): void;
  /** Drops all residents, because other instances own them now. */
  forget(): void;
  /**
   * Drops the residents of these webhooks, because the deliveries are no longer theirs. The deliveries that the store
   * owes to the webhooks are read from the store.
   */
  forgetWebhooks(webhookIds: ReadonlySet<number>): void;
  /** The ids of the messages of which deliveries wait in memory. */
  queuedMessages(): ReadonlySet<string>;
  /** Drops the waiting deliveries of these messages, which are no longer sent. Requests in flight continue. */
  forgetMessages(messageIds: ReadonlySet<string>): void;
  /** Deliveries that could not run may be able to run again. */
  resume(): void;
  stats(): DispatchStats;
  /** Number of deliveries of a space that are resident. */
  residentOf(spaceId: number): number;
  /** The spaces that the log has named as being at their share. */
  spacesAtShare(): readonly number[];
  start(): void;
  /**
   * Returns queued deliveries to the store, waits for requests in flight during the grace period, then interrupts them.
   */
  stop(graceMs: number): Promise<void>;
}

/**
 * While PostgreSQL answers, a few hundred attempts wait to be settled. While it does not answer, sending has to wait
 * too.
 */
const UNSETTLED_PER_SLOT = 2;
const UNPARKED_PER_STATEMENT = 5000;

/** Milliseconds between two rounds of each loop. */
const EVERY_MS = {
  claim: 250,
  unpark: 30_000,
  'park-waiting': 60_000,
  'unpark-first': 5000,
  probe: 1000,
  'save-health': 10_000,
  'watch-shares': 5000,
};
type LoopName = keyof typeof EVERY_MS;

/** Constructs the sending loop from its parts. */
export function makeDispatch(ports: DispatchPorts, limits: ResidentLimits & LaneLimits): Dispatch {
  const { claims, ends, webhooks, circuits, instance, runtime } = ports;
  const { logger } = runtime;
  const warn = makeSeldomWarning(logger, runtime.clock.monotonic);
  const complain = (loop: string, error: unknown) => warn('dispatch.failed', { loop, error: messageOf(error) });

  const loops = new Loops<LoopName>(complain);
  const wakeParked = () => loops.wake('unpark');
  const resting = new Resting({ parkDue: claims.parkDue, onAdded: () => loops.wake('park-waiting') });
  const residents = new Residents(limits, webhooks.classOf);
  const lanes = makeLanes(ports, limits);
  const health = new Health({ circuits, findWebhook: webhooks.find, ...runtime });
  const strays = new Strays({ unclaimStrays: claims.unclaimStrays, residents, logger });
  const suspectStrays = () => strays.suspect();

  const enqueue = (delivery: OwnedDelivery) => lanes.offer(delivery);
  const placeDelayed = makePlaceDelayed({
    find: webhooks.find,
    place: ends.place,
    advance: (webhookId, orderKey) => orderedKeys.advance(webhookId, orderKey),
  });
  const claimer = makeClaimer({
    source: { claim: claims.claim, reloadCatalog: webhooks.reload, placeDelayed },
    instance,
    residents,
    strays,
    enqueue,
    logger,
  });
  const runSingleClaim = makeRunSingleClaim({ claimer, residents, strays, enqueue });
  const mayClaimSingle = () => instance.isTrusted() && !claimer.isCatalogBehind();
  const orderedKeys = makeOrderedKeys({
    claimNext: claims.claimNext,
    unparkFirst: claims.unparkFirst,
    isTrusted: mayClaimSingle,
    residents,
    runClaim: runSingleClaim,
    onError: (error) => complain('claim-next', error),
  });

  const interrupt = new AbortController();
  const dispatcher = new Dispatcher({
    sending: interruptible(ports, interrupt.signal),
    ends,
    webhooks,
    room: { residents, lanes, maxActive: UNSETTLED_PER_SLOT * limits.maxInFlight },
    events: {
      record: (attempt, isUnconnected) => health.record(attempt, isUnconnected),
      advance: orderedKeys.advance,
      onResting: (webhookId) => resting.add(webhookId),
      wakeParked,
      suspectStrays,
    },
    isTrusted: instance.isTrusted,
    runtime,
  });

  const shares = makeWatchShares({
    spacesAtShare: () => lanes.spacesAtShare(),
    now: runtime.clock.monotonic,
    logger,
  });
  const rounds: Readonly<Record<LoopName, Round>> = {
    claim: claimer.runOnce,
    unpark: async () => (await claims.unpark(UNPARKED_PER_STATEMENT)) >= UNPARKED_PER_STATEMENT,
    'park-waiting': () => resting.parkOnce(),
    'unpark-first': orderedKeys.unparkFirstOnce,
    async probe() {
      if (circuits.countOpen() > 0 && mayClaimSingle()) await runSingleClaim(() => claims.claimProbes());
    },
    'save-health': () => health.save(),
    'watch-shares': shares.look,
  };

  return {
    tryReserve: (deliveryId, webhookId, bytes) =>
      instance.isTrusted() && residents.tryReserve(deliveryId, webhookId, bytes),
    release: (deliveryId) => residents.unreserve(deliveryId),
    enqueue,
    advance: orderedKeys.advance,
    suspectStrays,
    wakeParked,
    forget: () => void dispatcher.forget(),
    forgetWebhooks(webhookIds) {
      dispatcher.forget(webhookIds);
      suspectStrays();
    },
    queuedMessages: () => lanes.queuedMessages(),
    forgetMessages(messageIds) {
      const dropped = dispatcher.forget(undefined, ({ message }) => messageIds.has(message.id));
      if (dropped.length > 0) suspectStrays();
    },
    resume: () => dispatcher.pump(),
    stats: () => ({
      inFlight: lanes.inFlight,
      hung: lanes.hungInFlight,
      spacesAtShare: lanes.spacesAtShare().length,
      queued: lanes.queued,
      resident: residents.count,
      residentBytes: residents.residentBytes,
    }),
    residentOf: (spaceId) => residents.countOf(spaceId),
    spacesAtShare: shares.spaces,
    start: () => loops.start(rounds, EVERY_MS),
    async stop(graceMs) {
      await loops.stop();
      const queued = dispatcher.stop();
      if (queued.length > 0) await ends.unclaim(queued).catch((error: unknown) => complain('unclaim', error));
      const deadline = setTimeout(() => interrupt.abort(), graceMs);
      await dispatcher.idle();
      clearTimeout(deadline);
      await health.idle();
    },
  };
}

function makeLanes({ webhooks, sending, instance, runtime }: DispatchPorts, limits: LaneLimits): Lanes {
  return new Lanes(limits, {
    rulesOf: (webhookId) => webhooks.find(webhookId)?.settings ?? NO_SETTINGS,
    classOf: webhooks.classOf,
    untilReady(webhookId) {
      const webhook = webhooks.find(webhookId);
      // A delivery to a suspended webhook is parked immediately. A probe waits during its attempt.
      return webhook?.enabled && !webhook.waits ? sending.untilReady(webhook) : undefined;
    },
    instances: instance.living,
    now: runtime.clock.monotonic,
  });
}

/** The requests. Each of them is interrupted by the signal. */
function interruptible({ sending }: DispatchPorts, signal: AbortSignal): DispatcherSending {
  const withoutSlot: SendUnder = { signal };
  return {
    send: (delivery, webhook, slot) => sending.send(delivery, webhook, slot ? { signal, slot } : withoutSlot),
    onAttempt: sending.onAttempt,
    onSettled: sending.onSettled,
  };
}
