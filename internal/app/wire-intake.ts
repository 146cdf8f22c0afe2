import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/config.js';
import { systemClock } from '../clock.js';
import type { Dispatch } from '../dispatch/dispatch.js';
import type { Catalog } from '../domain/catalog.js';
import { type Acceptor, makeAcceptor } from '../intake/acceptor.js';
import type { CatalogSync } from '../intake/catalog-sync.js';
import { makeCoreIntake } from '../intake/core-intake.js';
import type { Intake } from '../intake/intake.js';
import { makeJetStreamIntake } from '../intake/jetstream/jetstream-intake.js';
import { natsOptions } from '../intake/nats-settings.js';
import type { Logger } from '../logger.js';
import { exclusively } from '../store/journal/exclusively.js';
import type { Journal } from '../store/journal/journal.js';
import type { JournalPool } from '../store/journal/journal-pool.js';

export interface IntakeParts {
  readonly config: Config;
  readonly pool: JournalPool;
  readonly journal: Journal;
  readonly catalog: Catalog;
  readonly catalogSync: CatalogSync;
  readonly dispatch: Dispatch;
  /** What NATS shows of this connection. */
  readonly clientName: string;
  readonly logger: Logger;
}

/** The door to NATS, on the catalog, the journal and dispatch. Rejects when a file of the NATS settings cannot be read. */
export async function wireIntake(
  parts: IntakeParts,
): Promise<{ readonly acceptor: Acceptor; readonly intake: Intake }> {
  const { config, catalog, catalogSync, dispatch, logger } = parts;
  const acceptor = makeAcceptor({
    catalog,
    accept: parts.journal.accept,
    catchUp: catalogSync.catchUp,
    tryReserve: dispatch.tryReserve,
    release: dispatch.release,
    enqueue: dispatch.enqueue,
    next: dispatch.next,
    suspectStrays: dispatch.suspectStrays,
    randomUuid: randomUUID,
    clock: systemClock,
    limits: config.intake,
    storeUnmatched: config.intake.storeUnmatched,
  });
  const common = {
    acceptor,
    queueGroup: config.queueGroup,
    options: await natsOptions(config.nats, parts.clientName),
    subjects: () => catalog.subjects(),
    refresh: catalogSync.refresh,
    logger,
  };
  const fromStream = () =>
    makeJetStreamIntake({
      ...common,
      settings: config.stream,
      reload: catalogSync.reload,
      exclusively: (work) => exclusively(parts.pool, 'stream', work),
    });
  return { acceptor, intake: config.intake.source === 'core' ? makeCoreIntake(common) : fromStream() };
}
