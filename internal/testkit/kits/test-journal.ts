import { randomUUID } from 'node:crypto';
import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { CatalogWebhook } from '../../domain/matching/catalog.js';
import { envelope } from '../../domain/message/envelope.js';
import type { Message } from '../../domain/message/message.js';
import { registerInstance } from '../../store/journal/claim/instances.js';
import { type Journal, makeJournal } from '../../store/journal/journal.js';
import { type JournalPool, makeJournalPool } from '../../store/journal/journal-pool.js';
import { ensurePartitionsAhead } from '../../store/journal/partitions.js';
import { makeTestDatabase, type TestDatabase } from './test-database.js';
import { makeTestLogger } from './test-logger.js';
import { makeTestWebhook } from './test-webhook.js';

export interface TestJournal {
  readonly pool: JournalPool;
  readonly journal: Journal;
  readonly instance: string;
  readonly webhook: CatalogWebhook;
  /** Registers another instance on the same database. */
  join(): Promise<{ readonly journal: Journal; readonly instance: string }>;
  sql<R>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** An attempt that was answered with 200, unless `more` says otherwise. */
  attempt(delivery: OwnedDelivery, more?: Partial<SettledAttempt>): SettledAttempt;
  /** Accepts a message with one owned delivery, and returns the delivery as dispatch would receive it. */
  owe(payload?: string | Uint8Array): Promise<OwnedDelivery>;
  stop(): Promise<void>;
}

/**
 * A journal on a separate database (or the given one, which it also drops), with an event, a webhook and a registered
 * instance. With one connection, a test can count everything that the journal has touched at any moment (`touchedBy`).
 */
export async function makeTestJournal(existing?: TestDatabase, connections = 4): Promise<TestJournal> {
  const database = existing ?? (await makeTestDatabase());
  const logger = makeTestLogger();
  const pool = makeJournalPool(database.connection, connections, logger);
  await ensurePartitionsAhead(pool, Date.now());
  const sql = async <R>(text: string, values: readonly unknown[] = []) =>
    (await pool.run({ text }, values)) as unknown as R[];
  await sql(`insert into events (created_by_id, updated_by_id, name, event) values (1, 1, '', 'tag.created')`);
  await sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags, space_id)
             values (1, 1, '', 'https://receiver.example/', true, '{"app":"x"}', 7)`);
  await sql('insert into webhook_events values (1, 1)');

  const join = async () => {
    const instance = randomUUID();
    await registerInstance(pool, { id: instance, host: 'test' });
    const journal = makeJournal({
      pool,
      logger,
      random: Math.random,
      duplicateWindowMs: 60_000,
      instanceId: () => instance,
      events: { onRepeat: () => undefined, onFlush: () => undefined, onUnusable: () => undefined },
    });
    return { journal, instance };
  };
  const { journal, instance } = await join();
  const webhook = makeTestWebhook(1, { url: 'https://receiver.example/', spaceId: 7, tags: { app: 'x' } });
  return {
    pool,
    journal,
    instance,
    webhook,
    join,
    sql,
    attempt: (delivery, more = {}) => ({
      delivery,
      webhook,
      startedAt: Date.now(),
      durationMs: 1,
      outcome: 'delivered',
      status: 200,
      responseBody: undefined,
      error: undefined,
      countedFailures: 0,
      retryInMs: undefined,
      because: undefined,
      ...more,
    }),
    async owe(payload: string | Uint8Array = '{}') {
      const message = makeTestMessage(payload);
      const id = randomUUID();
      const { owner } = await journal.accept({ message, deliveries: [{ id, webhookId: 1, wanted: true }] });
      return { id, message, webhookId: 1, owner, attempts: 0, countedFailures: 0 };
    },
    async stop() {
      await pool.stop();
      await database.drop();
    },
  };
}

export function makeTestMessage(payload: string | Uint8Array = '{}', receivedAt = Date.now()): Message {
  const subject = 'tag.created';
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return { id: randomUUID(), receivedAt, subject, headers: [], ...envelope(subject, receivedAt, bytes) };
}
