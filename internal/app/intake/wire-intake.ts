import { randomFillSync } from 'node:crypto';
import type { Dispatch } from '../../dispatch/dispatch.js';
import { makeStreamOrder, type StreamOrder } from '../../dispatch/stream-order/stream-order.js';
import { makeIsReserved } from '../../domain/matching/reserved.js';
import { makeUuids } from '../../domain/message/uuid.js';
import { type Acceptor, makeAcceptor } from '../../intake/acceptor.js';
import { ownStore } from '../../intake/accounts/account-store.js';
import { makeClientBoundary } from '../../intake/client-boundary.js';
import type { FollowedCatalog } from '../../intake/followed-catalog.js';
import type { Intake } from '../../intake/intake.js';
import type { SpaceLimits } from '../../intake/limits/space-limits.js';
import { natsOptions } from '../../intake/nats-settings.js';
import { reportLosses } from '../../intake/report-losses.js';
import type { Repeating } from '../../repeat.js';
import { listUnnumbered, numberLater } from '../../store/journal/accept/number-later.js';
import type { Journal } from '../../store/journal/journal.js';
import type { JournalPool } from '../../store/journal/journal-pool.js';
import { applicationName, type Base } from '../base.js';
import type { Schemas } from '../schemas/wire-schemas.js';
import type { Registry } from '../wire-catalog.js';
import { makeOpenIntake } from './open-intake.js';
import { makeStreamStore } from './stream-store.js';
import { type AccountsView, wireAccounts } from './wire-accounts.js';

export interface IntakeParts {
  readonly pool: JournalPool;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly dispatch: Dispatch;
  readonly schemas: Schemas;
  /** Number of live instances. */
  instances(): number;
  /** The limits of spaces for messages. */
  readonly limits: SpaceLimits;
}

/** After this time, every instance that reads streams knows that this stream is not read any more. */
const UNREAD_MS = 10_000;
/** Another instance may still read the stream, and may have to wait for the messages of a dead instance. */
const UNREAD_BY_US_MS = 90_000;

/** The path of a message from NATS into the journal. */
export interface Inbound {
  readonly acceptor: Acceptor;
  readonly intake: Intake;
  readonly accounts: AccountsView;
  readonly streamOrder: StreamOrder;
  /** Reports messages that are not stored as they arrived, from now on. */
  reportLosses(): Repeating;
}

/**
 * Constructs the intake from NATS with the catalog, the journal and dispatch. Throws if a file of the NATS settings
 * cannot be used.
 */
export function wireIntake(base: Base, parts: IntakeParts): Inbound {
  const { config, version, clock, logger } = base;
  const { dispatch, pool } = parts;
  const { catalog, catalogSync } = parts.registry;
  const isCore = config.intake.source === 'core';
  const streamOrder = makeStreamOrder({
    listUnnumbered: () => listUnnumbered(pool),
    numberLater: (stream, upTo) => numberLater(pool, stream, upTo),
    acknowledgedUpTo: (stream, known) => intake.acknowledgedUpTo(stream, known),
    advance: dispatch.advance,
    unreadMs: () => (isCore && parts.instances() > 1 ? UNREAD_BY_US_MS : UNREAD_MS),
    now: clock.monotonic,
    logger,
  });
  const acceptor = makeAcceptor({
    catalog,
    bars: {
      isReserved: makeIsReserved(config.intake.inboxes),
      limits: parts.limits,
      setAside: parts.journal.setAside,
    },
    gate: {
      judge: (events, message) => parts.schemas.gate.judge(events, message),
      quarantine: parts.journal.quarantine,
    },
    accept: parts.journal.accept,
    catchUp: catalogSync.catchUp,
    tryReserve: dispatch.tryReserve,
    release: dispatch.release,
    enqueue: dispatch.enqueue,
    advance: dispatch.advance,
    suspectStrays: dispatch.suspectStrays,
    makeId: makeUuids((bytes) => randomFillSync(bytes)),
    clock,
    settings: config.intake,
  });
  const options = natsOptions({
    settings: config.nats,
    name: applicationName(version),
    onUnusableFile: (problem) => logger.warn('nats.file_unusable', { problem }),
  });
  const followed: FollowedCatalog = {
    subjects: () => catalog.subjects(),
    publishOnly: () => catalog.publishOnlySubjects(),
    barred: parts.registry.permitted.subjects,
    stamp: () => catalog.stamp,
    refresh: catalogSync.refresh,
    reload: catalogSync.reload,
  };
  const boundary = makeClientBoundary(options.inboxPrefix);
  const storeFor = makeStreamStore(base, pool, parts.registry);
  const open = makeOpenIntake(base, { boundary, acknowledged: streamOrder.committed });
  const own = open({ options, acceptor, catalog: followed, store: ownStore(storeFor('stream')), logger });
  const { registry } = parts;
  const { intake, accounts } = wireAccounts(base, own, { registry, accept: acceptor.accept, followed, storeFor, open });
  return { acceptor, intake, accounts, streamOrder, reportLosses: () => reportLosses({ acceptor, boundary, logger }) };
}
