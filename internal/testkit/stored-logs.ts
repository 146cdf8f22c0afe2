import { randomUUID } from 'node:crypto';
import type { Db } from '../store/postgres/knex.js';

export interface StoredLog {
  readonly at: Date;
  readonly userId?: number;
  readonly subject?: string;
  readonly url?: string;
  /** Without a payload, the message is no longer stored. */
  readonly payload?: Buffer | string;
  /** The message of another log, instead of a new one. */
  readonly messageId?: string;
  readonly responseBody?: string | null;
  readonly status?: number | null;
  readonly outcome?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly webhookId?: number;
  readonly spaceId?: number;
}

/** Stores an attempt's row, and its message, as the journal would have stored them. Returns the message's id. */
export async function storeLog(db: Db, log: StoredLog): Promise<string> {
  const messageId = log.messageId ?? randomUUID();
  const subject = log.subject ?? 'tag.created';
  await db.raw(
    'select hukz_ensure_partition(name, (?::timestamptz at time zone ?)::date) from unnest(?::text[]) as name',
    [log.at, 'UTC', ['messages', 'webhook_logs']],
  );
  if (log.payload !== undefined) {
    const payload = Buffer.from(log.payload as string);
    await db('messages').insert({ id: messageId, received_at: log.at, subject, payload });
  }
  await db('webhook_logs').insert({
    created_at: log.at,
    created_by_id: log.userId ?? 1,
    event: subject,
    url: log.url ?? 'https://example.com/hook',
    response_status_code: log.status === undefined ? 200 : log.status,
    response_body: log.responseBody ?? null,
    tags: JSON.stringify(log.tags ?? {}),
    webhook_id: log.webhookId ?? 1,
    space_id: log.spaceId ?? 0,
    message_id: messageId,
    received_at: log.at,
    delivery_id: randomUUID(),
    attempt: 1,
    outcome: log.outcome ?? 'delivered',
    error: null,
    duration_ms: 12,
    next_attempt_at: null,
  });
  return messageId;
}
