import type { Knex } from 'knex';
import type { Tags } from '../../domain/matching/tags.js';

import { IS_SENT_TO } from '../journal/claim/order.js';
import type { Db } from '../postgres/knex.js';

/** One attempt as the API shows it, without `data`: the body that was sent is derived from the message. */
export interface WebhookLog {
  readonly id: number;
  readonly createdAt: Date;
  readonly createdById: number;
  readonly subject: string;
  readonly url: string;
  readonly responseStatusCode: number | null;
  readonly responseBody: string | null;
  /** The body that the Go service sent, in a log that was imported from it. Otherwise null. */
  readonly importedData: Buffer | null;
  /** Lines `name: value`; null if they were not kept. */
  readonly responseHeaders: string | null;
  /** The same of the request. */
  readonly requestHeaders: string | null;
  readonly tags: Tags;
  readonly webhookId: number;
  readonly spaceId: number;
  readonly messageId: string;
  /** The instant in the exact form in which PostgreSQL writes it: half of the message's key. */
  readonly receivedAt: string;
  readonly deliveryId: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly error: string | null;
  readonly durationMs: number;
  /** Null also while the webhook is suspended, because the time is unknown then. */
  readonly nextAttemptAt: Date | null;
  /** When the body, the answer and the headers were erased. */
  readonly erasedAt: Date | null;
}

/** A row of `webhook_logs`; bigint columns arrive as text. */
export interface WebhookLogRow {
  readonly id: string;
  readonly created_at: Date;
  readonly created_by_id: string;
  readonly event: string;
  readonly url: string;
  readonly response_status_code: number | null;
  readonly response_body: string | null;
  readonly imported_data: Buffer | null;
  readonly response_headers: string | null;
  readonly request_headers: string | null;
  readonly tags: Tags;
  readonly webhook_id: number;
  readonly space_id: string;
  readonly message_id: string;
  readonly message_received_at: string;
  readonly delivery_id: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly error: string | null;
  readonly duration_ms: number;
  readonly kept_attempt_at: Date | null;
  readonly erased_at: Date | null;
}

/** The columns of `webhook_logs` that `toWebhookLog` needs. */
export const logColumns = (db: Db): readonly (string | Knex.Raw)[] => [
  '*',
  db.raw('received_at::text as message_received_at'),
  db.raw(`
    case when next_attempt_at is null or next_attempt_at <= now() then next_attempt_at
      when (select ${IS_SENT_TO} from webhooks w where w.id = webhook_logs.webhook_id) then next_attempt_at
    end as kept_attempt_at`),
];

export function toWebhookLog(row: WebhookLogRow): WebhookLog {
  return {
    id: Number(row.id),
    createdAt: row.created_at,
    createdById: Number(row.created_by_id),
    subject: row.event,
    url: row.url,
    responseStatusCode: row.response_status_code,
    responseBody: row.response_body,
    importedData: row.imported_data,
    responseHeaders: row.response_headers,
    requestHeaders: row.request_headers,
    tags: row.tags,
    webhookId: row.webhook_id,
    spaceId: Number(row.space_id),
    messageId: row.message_id,
    receivedAt: row.message_received_at,
    deliveryId: row.delivery_id,
    attempt: row.attempt,
    outcome: row.outcome,
    error: row.error,
    durationMs: row.duration_ms,
    nextAttemptAt: row.kept_attempt_at,
    erasedAt: row.erased_at,
  };
}
