import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.js';
import type { Repeating } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';
import { removeOldAudit } from '../store/audit/audit-list.js';
import * as store from '../store/deliveries/retention.js';
import { forgetErased } from '../store/erasure/sweep-erased.js';
import { REMEMBERED_MS } from '../store/idempotency/idempotent-requests.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import type { PartitionedTable } from '../store/journal/partitions.js';
import { removeOldQuarantined } from '../store/messages/quarantined.js';
import { judgePgError } from '../store/postgres/pg-error.js';
import { removeOldTokens } from '../store/tokens/token-changes.js';
import { makeRemoval } from './remove-deleted.js';

export interface RetentionParts {
  readonly pool: JournalPool;
  /** All limits are in milliseconds. */
  readonly limits: {
    readonly messagesMs: number;
    readonly logsMs: number;
    readonly deadLettersMs: number;
    readonly auditMs: number;
  };
  readonly logger: Logger;
  onTableBytes(bytes: ReadonlyMap<string, number>): void;
}

const EVERY_MS = 600_000;
const MAX_TRIES = 5;
const BETWEEN_TRIES_MS = 200;
const DEAD_LETTERS_AT_ONCE = 1000;
const REQUESTS_AT_ONCE = 1000;
const AUDIT_AT_ONCE = 1000;
const QUARANTINED_AT_ONCE = 1000;
/** More than ten thousand rotations in ten minutes are not expected. */
const SECRETS_AT_ONCE = 10_000;

/**
 * Deletes data that is older than its retention time, and measures the rest. Several instances can do it at the same
 * time.
 */
export function runRetention(parts: RetentionParts): Repeating {
  const { logger } = parts;
  const removeDeleted = makeRemoval({ ...parts, logsMs: parts.limits.logsMs });
  return repeatReported(() => retainOnce(parts, removeDeleted), {
    everyMs: EVERY_MS,
    logger,
    line: 'retention.failed',
  });
}

export async function retainOnce(
  { pool, limits, logger, onTableBytes }: RetentionParts,
  removeDeleted: () => Promise<void>,
): Promise<void> {
  await dropExpired({ pool, logger }, 'webhook_logs', limits.logsMs);
  let deleted = 0;
  for (let batch = DEAD_LETTERS_AT_ONCE; batch === DEAD_LETTERS_AT_ONCE; deleted += batch) {
    batch = await store.deleteDeadLetters(pool, limits.deadLettersMs, DEAD_LETTERS_AT_ONCE);
  }
  if (deleted > 0) logger.info('retention.dead_letters_deleted', { dead_letters: deleted });
  await store.deleteReplays(pool, limits.logsMs);
  await store.deleteErasures(pool, limits.logsMs);
  for (let isMore = true; isMore; ) isMore = await forgetErased(pool);
  await store.deleteExpiredSecrets(pool, SECRETS_AT_ONCE);
  for (let batch = AUDIT_AT_ONCE; batch === AUDIT_AT_ONCE; ) {
    batch = await removeOldAudit(pool, limits.auditMs, AUDIT_AT_ONCE);
  }
  await removeOldTokens(pool, limits.logsMs);
  for (let batch = REQUESTS_AT_ONCE; batch === REQUESTS_AT_ONCE; ) {
    batch = await store.deleteIdempotentRequests(pool, REMEMBERED_MS, REQUESTS_AT_ONCE);
  }
  // Messages come after the logs and dead letters, which may have been the last rows that needed a day's messages.
  await dropExpired({ pool, logger }, 'messages', limits.messagesMs);
  let discarded = 0;
  for (let batch = QUARANTINED_AT_ONCE; batch === QUARANTINED_AT_ONCE; discarded += batch) {
    batch = await removeOldQuarantined(pool, limits.messagesMs, QUARANTINED_AT_ONCE);
  }
  if (discarded > 0) logger.info('retention.quarantined_deleted', { messages: discarded });
  onTableBytes(await store.tableBytes(pool));
  // Webhooks, events and spaces come last, because only the logs, dead letters and replays deleted above may have
  // referred to them.
  await removeDeleted();
}

type Parts = Pick<RetentionParts, 'pool' | 'logger'>;

async function dropExpired({ pool, logger }: Parts, table: PartitionedTable, olderThanMs: number): Promise<void> {
  const needed: string[] = [];
  for (const { name, day, bytes } of await store.expiredPartitions(pool, table, olderThanMs)) {
    const result = await dropPatiently(pool, table, day);
    if (result === 'dropped') logger.info('retention.dropped', { partition: name, bytes });
    if (result === 'locked') {
      // A session that locks this partition may lock all of them, so the rest is left to the next round.
      logger.warn('retention.locked', { partition: name });
      break;
    }
    if (result === 'needed') needed.push(day);
  }
  if (needed.length > 0) logger.info('retention.kept', { table, days: needed.length, oldest: needed[0] });
}

/**
 * Each try waits only briefly, because inserts would queue behind it. A partition that stays locked is left to the next
 * round.
 */
async function dropPatiently(
  pool: JournalPool,
  table: PartitionedTable,
  day: string,
): Promise<store.DropResult | 'locked'> {
  for (let tries = 1; ; tries++) {
    try {
      return await store.dropPartition(pool, table, day);
    } catch (error) {
      const verdict = judgePgError(error);
      if (verdict !== 'back_off' && verdict !== 'repeat') throw error;
      if (tries === MAX_TRIES) return 'locked';
    }
    await sleep(BETWEEN_TRIES_MS);
  }
}
