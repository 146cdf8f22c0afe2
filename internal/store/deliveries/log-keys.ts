import type { Knex } from 'knex';
import type { Db } from '../postgres/knex.js';
import { logColumns, toWebhookLog, type WebhookLog, type WebhookLogRow } from './webhook-log-row.js';

/** The key of a log, and its size in bytes: a page of whole logs may be large. */
export interface LogKey {
  readonly id: number;
  readonly deliveryId: string;
  readonly attempt: number;
  /** The instant in the exact form in which PostgreSQL writes it. It also determines the partition. */
  readonly createdAt: string;
  /** The id of the log's message. */
  readonly messageId: string;
  readonly receivedAt: string;
  readonly webhookId: number;
  /** Size of the receiver's response, of the headers, and of the tags. */
  readonly bytes: number;
}

export interface LogKeyRow {
  readonly id: string;
  readonly delivery_id: string;
  readonly attempt: number;
  readonly created_at_text: string;
  readonly message_id: string;
  readonly received_at_text: string;
  readonly webhook_id: number;
  readonly bytes: number;
}

/** The columns of `webhook_logs` that `toLogKey` needs. */
export const logKeyColumns = (db: Db): readonly (string | Knex.Raw)[] => [
  'id',
  'delivery_id',
  'attempt',
  'message_id',
  'webhook_id',
  db.raw('created_at::text as created_at_text'),
  db.raw('received_at::text as received_at_text'),
  db.raw(
    `coalesce(octet_length(response_body), 0) + coalesce(octet_length(response_headers), 0)
       + coalesce(octet_length(request_headers), 0) + coalesce(octet_length(imported_data), 0)
       + octet_length(tags::text) as bytes`,
  ),
];

export function toLogKey(row: LogKeyRow): LogKey {
  return {
    id: Number(row.id),
    deliveryId: row.delivery_id,
    attempt: row.attempt,
    createdAt: row.created_at_text,
    messageId: row.message_id,
    receivedAt: row.received_at_text,
    webhookId: row.webhook_id,
    bytes: row.bytes,
  };
}

/** Loads the logs with these keys that still exist, in the order of the keys. */
export async function loadLogs(db: Db, keys: readonly LogKey[]): Promise<readonly WebhookLog[]> {
  const rows: WebhookLogRow[] = await db('webhook_logs')
    .joinRaw(
      `join unnest(?::uuid[], ?::int[], ?::timestamptz[]) with ordinality as wanted (delivery_id, attempt, created_at, place)
       using (delivery_id, attempt, created_at)`,
      [
        keys.map(({ deliveryId }) => deliveryId),
        keys.map(({ attempt }) => attempt),
        keys.map(({ createdAt }) => createdAt),
      ],
    )
    .orderBy('place')
    .select(logColumns(db));
  return rows.map(toWebhookLog);
}

/** Returns the newest attempts of a delivery, newest first. */
export async function newestAttempts(db: Db, deliveryId: string, most: number): Promise<readonly LogKey[]> {
  const rows: LogKeyRow[] = await db('webhook_logs')
    .where('delivery_id', deliveryId)
    .orderBy([
      { column: 'attempt', order: 'desc' },
      { column: 'created_at', order: 'desc' },
    ])
    .limit(most)
    .select(logKeyColumns(db));
  return rows.map(toLogKey);
}
