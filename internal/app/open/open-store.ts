import type { Knex } from 'knex';
import type { Cleanup } from '../../cleanup.js';
import { type CorrectedClock, learnFrom } from '../../corrected-clock.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { repeat } from '../../repeat.js';
import { repeatReported } from '../../repeat-reported.js';
import { forgetMessageIds } from '../../store/journal/accept/forget-message-ids.js';
import { type JournalPool, makeJournalPool } from '../../store/journal/journal-pool.js';
import { ensurePartitionsAhead } from '../../store/journal/partitions.js';
import { readClock } from '../../store/journal/read-clock.js';
import { type Connection, connectionFor, type DatabaseSettings } from '../../store/postgres/connection.js';
import { makeKnex } from '../../store/postgres/knex.js';
import { openDatabase, withDatabase } from './open-database.js';

export interface OpenStoreOptions {
  readonly database: DatabaseSettings & { readonly apiPool: number; readonly journalPool: number };
  readonly applicationName: string;
  readonly duplicateWindowMs: number;
  readonly migrate: boolean;
  /** Learns the time of the database's clock. */
  readonly clock: CorrectedClock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface Store {
  readonly connection: Connection;
  readonly db: Knex;
  readonly pool: JournalPool;
  /** A pool for the heartbeat alone: even if the journal waits, this instance must not be considered dead. */
  readonly heartPool: JournalPool;
  /**
   * Number of sessions that were discarded because of the server's answer, or because the server did not answer, by
   * pool.
   */
  readonly sessionsLeft: Readonly<Record<string, number>>;
}

/** Statements of the journal take milliseconds. An answer that takes longer than this will not arrive. */
const JOURNAL_ANSWER_MS = 15_000;
const HEART_ANSWER_MS = 5000;
const PARTITIONS_EVERY_MS = 3_600_000;
const FORGET_EVERY_MS = 30_000;

/**
 * Opens PostgreSQL with the migrations applied and two pools, and creates partitions for the coming days as long as the
 * process runs.
 */
export async function openStore(options: OpenStoreOptions, cleanup: Cleanup): Promise<Store> {
  const { database, clock, logger } = options;
  const connection = connectionFor(database, options.applicationName);
  await openDatabase({ connection, migrate: options.migrate, logger, signal: options.signal });
  const sessionsLeft = { api: 0, journal: 0, heartbeat: 0 };
  const counted = (pool: keyof typeof sessionsLeft) => ({
    ...connection,
    onSessionLeft: () => void sessionsLeft[pool]++,
  });
  const db = makeKnex(counted('api'), { max: database.apiPool });
  cleanup.add('api pool', () => db.destroy());
  const pool = makeJournalPool(
    { ...counted('journal'), query_timeout: JOURNAL_ANSWER_MS },
    database.journalPool,
    logger,
  );
  cleanup.add('journal pool', pool.stop);
  const heartPool = makeJournalPool({ ...counted('heartbeat'), query_timeout: HEART_ANSWER_MS }, 1, logger);
  cleanup.add('heartbeat pool', heartPool.stop);

  const readTime = () => readClock(heartPool);
  await withDatabase(() => learnFrom(clock, readTime, (time) => time), options);
  const ensurePartitions = () => ensurePartitionsAhead(pool, clock.now());
  await withDatabase(ensurePartitions, options);
  const ensuring = repeat(ensurePartitions, {
    everyMs: PARTITIONS_EVERY_MS,
    onError: (error) => logger.error('partitions.failed', { error: messageOf(error) }),
  });
  cleanup.add('partitions', ensuring.stop);
  const forgetting = repeatReported(() => forgetMessageIds(pool, options.duplicateWindowMs), {
    everyMs: FORGET_EVERY_MS,
    logger,
    line: 'message_ids.failed',
  });
  cleanup.add('message ids', forgetting.stop);
  return { connection, db, pool, heartPool, sessionsLeft };
}
