import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/config.js';
import { systemClock } from '../clock.js';
import type { Dispatch } from '../dispatch/dispatch.js';
import type { Catalog } from '../domain/catalog.js';
import { type Acceptor, makeAcceptor } from '../intake/acceptor.js';
import type { CatalogSync } from '../intake/catalog-sync.js';
import { type CoreIntake, makeCoreIntake } from '../intake/core-intake.js';
import { natsOptions } from '../intake/nats-settings.js';
import type { Logger } from '../logger.js';
import type { Journal } from '../store/journal/journal.js';

export interface IntakeParts {
  readonly config: Config;
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
): Promise<{ readonly acceptor: Acceptor; readonly intake: CoreIntake }> {
  const { config, catalog, dispatch, logger } = parts;
  const acceptor = makeAcceptor({
    catalog,
    accept: parts.journal.accept,
    tryReserve: dispatch.tryReserve,
    release: dispatch.release,
    enqueue: dispatch.enqueue,
    randomUuid: randomUUID,
    clock: systemClock,
    logger,
    limits: config.intake,
    storeUnmatched: config.intake.storeUnmatched,
  });
  const intake = makeCoreIntake({
    acceptor,
    queueGroup: config.queueGroup,
    options: await natsOptions(config.nats, parts.clientName),
    subjects: () => catalog.subjects(),
    refresh: parts.catalogSync.refresh,
    logger,
  });
  return { acceptor, intake };
}
