import { randomFillSync, randomUUID } from 'node:crypto';
import type { CatalogWebhook } from '../../internal/domain/matching/catalog.js';
import { NO_SETTINGS } from '../../internal/domain/matching/webhook-settings.js';
import { envelope } from '../../internal/domain/message/envelope.js';
import { makeUuids } from '../../internal/domain/message/uuid.js';
import { registerInstance } from '../../internal/store/journal/claim/instances.js';
import { type Journal, makeJournal } from '../../internal/store/journal/journal.js';
import { type JournalPool, makeJournalPool } from '../../internal/store/journal/journal-pool.js';
import { ensurePartitionsAhead } from '../../internal/store/journal/partitions.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { migrate } from '../../internal/store/postgres/migrate.js';
import { makeLogger } from '../../internal/winston-logger.js';
import type { DatabaseAddress } from '../load/database.js';
import { blankPayload, markedPayload } from '../mark.js';
import { nowMs } from '../now.js';
import { serveCommands } from './serve-commands.js';

export interface JournalWork {
  readonly count: number;
  readonly bytes: number;
  /** The number of deliveries between accept and settle. */
  readonly inFlight: number;
}

export type JournalCommands = {
  /** Migrates the empty database. */
  open(address: DatabaseAddress): Promise<void>;
  /** Accepts and settles. Returns the duration in milliseconds. */
  work(work: JournalWork): Promise<number>;
};

const makeId = makeUuids((bytes) => randomFillSync(bytes));
const SUBJECT = 'bench.b2';
const URL = 'http://127.0.0.1:1/hook';
const WEBHOOK: CatalogWebhook = {
  id: 1,
  url: URL,
  enabled: true,
  spaceId: 0,
  createdById: 1,
  tags: { bench: SUBJECT },
  eventIds: [1],
  settings: NO_SETTINGS,
  secrets: [],
};

serveCommands(makeJournalWorker());

function makeJournalWorker(): JournalCommands {
  let opened: { readonly journal: Journal; readonly pool: JournalPool } | undefined;
  return {
    async open(address) {
      const logger = makeLogger({ level: 'warn', format: 'json' });
      const connection = connectionFor({ ...address, name: address.database, sslMode: 'disable' }, 'hukz/bench');
      await migrate(connection, 'up', logger);
      const pool = makeJournalPool(connection, 6, logger);
      await ensurePartitionsAhead(pool, Date.now());
      const instance = randomUUID();
      await registerInstance(pool, { id: instance, host: 'bench' });
      const journal = makeJournal({
        pool,
        logger,
        random: Math.random,
        duplicateWindowMs: 120_000,
        instanceId: () => instance,
        events: {
          onRepeat: () => undefined,
          onFlush: () => undefined,
          onUnusable: (problem) => logger.error('journal.unusable', { problem }),
        },
      });
      opened = { journal, pool };
    },
    async work({ count, bytes, inFlight }) {
      const journal = opened?.journal;
      if (!journal) throw new Error('the journal is not open');
      const blank = blankPayload(bytes);
      const from = nowMs();
      let next = 0;
      const slot = async () => {
        while (next < count) await acceptAndSettle(journal, markedPayload(blank, { run: 0, sequence: next++ }));
      };
      await Promise.all(Array.from({ length: inFlight }, slot));
      return nowMs() - from;
    },
  };
}

async function acceptAndSettle(journal: Journal, payload: Buffer): Promise<void> {
  const receivedAt = Date.now();
  const message = {
    id: makeId(receivedAt),
    receivedAt,
    subject: SUBJECT,
    headers: [],
    ...envelope(SUBJECT, receivedAt, payload),
  };
  const id = makeId(receivedAt);
  const { owner } = await journal.accept({ message, deliveries: [{ id, webhookId: WEBHOOK.id, wanted: true }] });
  await journal.settle({
    delivery: { id, message, webhookId: WEBHOOK.id, owner, attempts: 0, countedFailures: 0 },
    webhook: WEBHOOK,
    startedAt: Date.now(),
    durationMs: 1,
    outcome: 'delivered',
    status: 200,
    responseBody: Buffer.from('{}'),
    error: undefined,
    countedFailures: 0,
    retryInMs: undefined,
    because: undefined,
  });
}
