import { randomFillSync } from 'node:crypto';
import { makeUuids } from '../domain/message/uuid.js';
import type { Db } from '../store/postgres/knex.js';

export interface StoredDelivery {
  /** The table that contains the delivery: owed, given up, or delivered. */
  readonly place: 'deliveries' | 'dead_letters' | 'webhook_logs';
  readonly webhookId: number;
  /** Default: an hour ago. */
  readonly at?: string;
  readonly event?: string;
  readonly userId?: number;
}

const makeId = makeUuids((bytes) => randomFillSync(bytes));

const OUTCOMES = { deliveries: 'failed', dead_letters: 'dead', webhook_logs: 'delivered' } as const;

export const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/**
 * Stores a message, its delivery and one attempt as the journal would have stored them. Today has partitions too, as in
 * a running service.
 */
export async function storeDelivery(
  db: Db,
  { place, webhookId, at = hoursAgo(1), event = 'tag.created', userId = 1 }: StoredDelivery,
): Promise<{ readonly id: string; readonly messageId: string; readonly at: string }> {
  const [id, messageId] = [makeId(Date.parse(at)), makeId(Date.parse(at))];
  await db.raw(
    `select hukz_ensure_partition(name, (time at time zone 'UTC')::date)
     from unnest(array['messages', 'webhook_logs']) name, unnest(array[?::timestamptz, now()]) time`,
    [at],
  );
  await db('messages').insert({
    id: messageId,
    received_at: at,
    subject: event,
    payload: Buffer.from('{"n":12345678901234567890}'),
    owed_to: [webhookId],
    delivery_ids: [id],
  });
  const common = { id, message_id: messageId, received_at: at, webhook_id: webhookId };
  if (place === 'deliveries') {
    await db(place).insert({ ...common, bytes: 1, due_at: db.raw(`now() + interval '1 hour'`) });
  }
  if (place === 'dead_letters') {
    const death = { attempts: 1, died_at: at, because: 'exhausted', event, created_by_id: userId };
    await db(place).insert({ ...common, ...death });
  }
  await db('webhook_logs').insert({
    created_at: at,
    created_by_id: userId,
    event,
    url: 'http://example.com',
    response_status_code: 500,
    response_body: 'no',
    tags: '{}',
    webhook_id: webhookId,
    space_id: 0,
    message_id: messageId,
    received_at: at,
    delivery_id: id,
    attempt: 1,
    duration_ms: 1,
    outcome: OUTCOMES[place],
  });
  return { id, messageId, at };
}
