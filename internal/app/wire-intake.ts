import { randomFillSync } from 'node:crypto';
import type { Config } from '../../config/config.js';
import type { Clock } from '../clock.js';
import type { Dispatch } from '../dispatch/dispatch.js';
import { makeStreamOrder, type StreamOrder } from '../dispatch/stream-order/stream-order.js';
import type { Catalog } from '../domain/catalog.js';
import { makeIsInbox, makeIsReserved } from '../domain/reserved.js';
import { makeUuids } from '../domain/uuid.js';
import { type Acceptor, makeAcceptor } from '../intake/acceptor.js';
import type { CatalogSync } from '../intake/catalog-sync.js';
import { makeCoreIntake } from '../intake/core-intake.js';
import type { Intake } from '../intake/intake.js';
import { makeJetStreamIntake } from '../intake/jetstream/jetstream-intake.js';
import { natsOptions } from '../intake/nats-settings.js';
import { makeWouldStore } from '../intake/would-store.js';
import type { Logger } from '../logger.js';
import { loadChangedAt } from '../store/changed-at.js';
import { exclusively } from '../store/journal/exclusively.js';
import { findAbsent } from '../store/journal/find-absent.js';
import { findNewestOfStream } from '../store/journal/find-newest-of-stream.js';
import type { Journal } from '../store/journal/journal.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { listUnnumbered, numberLater } from '../store/journal/number-later.js';
import {
  forgetPosition,
  listConsumers,
  loadPositions,
  recordSightings,
  supposePosition,
} from '../store/journal/stream-positions.js';

export interface IntakeParts {
  readonly config: Config;
  readonly pool: JournalPool;
  readonly journal: Journal;
  readonly catalog: Catalog;
  readonly catalogSync: CatalogSync;
  readonly dispatch: Dispatch;
  /** Subjects of events that are registered and not permitted any more. */
  barred(): readonly string[];
  /** Instances that live. */
  instances(): number;
  /** What NATS shows of this connection. */
  readonly clientName: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** By then every instance that reads streams knows that this one is not read any more. */
const UNREAD_MS = 10_000;
/** Another instance may read it still, and have to wait for what a dead one had. */
const UNREAD_BY_US_MS = 90_000;

interface WiredIntake {
  readonly acceptor: Acceptor;
  readonly intake: Intake;
  readonly streamOrder: StreamOrder;
}

/** The door to NATS, on the catalog, the journal and dispatch. Throws when a file of the NATS settings cannot be used. */
export function wireIntake(parts: IntakeParts): WiredIntake {
  const { config, catalog, catalogSync, dispatch, clock, logger, pool } = parts;
  const isCore = config.intake.source === 'core';
  const streamOrder = makeStreamOrder({
    listUnnumbered: () => listUnnumbered(pool),
    numberLater: (stream, upTo) => numberLater(pool, stream, upTo),
    acknowledgedUpTo: (stream, known) => intake.acknowledgedUpTo(stream, known),
    next: dispatch.next,
    unreadMs: () => (isCore && parts.instances() > 1 ? UNREAD_BY_US_MS : UNREAD_MS),
    now: clock.monotonic,
    logger,
  });
  const { inboxes, storeUnmatched } = config.intake;
  const isReserved = makeIsReserved(inboxes);
  const acceptor = makeAcceptor({
    catalog,
    isReserved,
    accept: parts.journal.accept,
    catchUp: catalogSync.catchUp,
    tryReserve: dispatch.tryReserve,
    release: dispatch.release,
    enqueue: dispatch.enqueue,
    next: dispatch.next,
    committedInStream: streamOrder.committed,
    suspectStrays: dispatch.suspectStrays,
    makeId: makeUuids((bytes) => randomFillSync(bytes)),
    clock,
    limits: config.intake,
    storeUnmatched,
  });
  const common = {
    acceptor,
    queueGroup: config.queueGroup,
    options: natsOptions({
      settings: config.nats,
      name: parts.clientName,
      onUnusableFile: (problem) => logger.warn('nats.file_unusable', { problem }),
    }),
    subjects: () => catalog.subjects(),
    refresh: catalogSync.refresh,
    now: clock.monotonic,
    logger,
  };
  const fromStream = () =>
    makeJetStreamIntake({
      ...common,
      settings: config.stream,
      publishOnly: () => catalog.publishOnlySubjects(),
      barred: parts.barred,
      inboxes,
      stamp: () => catalog.stamp,
      reload: catalogSync.reload,
      exclusively: (work) => exclusively(pool, 'stream', work),
      positions: {
        load: (consumers) => loadPositions(pool, consumers),
        record: (seen) => recordSightings(pool, seen),
        remembered: () => listConsumers(pool),
        forget: (consumer) => forgetPosition(pool, consumer),
        suppose: (position) => supposePosition(pool, position),
        findNewest: (mark) => findNewestOfStream(pool, mark),
        retentionMs: config.retention.messagesMs,
        findAbsent: (messages) => findAbsent(pool, messages, config.stream.duplicateWindowMs),
        loadChangedAt: (ids) => loadChangedAt(pool, ids),
      },
      wouldStore: makeWouldStore({ catalog, isReserved, storeUnmatched }),
    });
  const intake: Intake = isCore ? makeCoreIntake({ ...common, isInbox: makeIsInbox(inboxes) }) : fromStream();
  return { acceptor, intake, streamOrder };
}
