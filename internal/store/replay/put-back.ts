import type { ReplayOutcome } from '../../domain/delivery/replay.js';
import { IS_FIRST } from '../journal/claim/order.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';
import type { Candidate } from './window.js';

/** Approximate size of the request body: the payload and its envelope. */
const BYTES = `octet_length(payload) + 2 * octet_length(subject) + 100`;
/**
 * The numbers of attempts continue where the logs end. The logs of a delivery begin when its message was received, by
 * another clock.
 */
const LAST_ATTEMPT = (id: string, receivedAt: string) => `
  select coalesce(max(attempt), 0) as attempt from webhook_logs
  where delivery_id = ${id} and created_at >= ${receivedAt} - interval '1 day'`;
const COLUMNS = '(id, message_id, received_at, webhook_id, attempts, failures, bytes, due_at, replay)';

/**
 * Turns dead letters whose message still exists and is not erased into deliveries, in one statement, so that each is
 * always exactly one of the two. For `offset 0` see "fence" in `sql-notes.md`.
 */
const RAISE_DEAD: Statement = {
  text: `
    with kept as (
      select d.id, m.bytes, last.attempt
      from dead_letters d
      cross join lateral (
        select ${BYTES} as bytes from messages
        where messages.id = d.message_id and messages.received_at = d.received_at and erased_at is null offset 0
      ) as m
      cross join lateral (${LAST_ATTEMPT('d.id', 'd.received_at')} offset 0) as last
      where d.id = any($1::uuid[])
    ), raised as (
      delete from dead_letters d using kept where d.id = kept.id
      returning d.id, d.message_id, d.received_at, d.webhook_id, greatest(d.attempts, kept.attempt) as attempts, kept.bytes
    )
    insert into deliveries ${COLUMNS}
    select id, message_id, received_at, webhook_id, attempts, 0, bytes, now(), true from raised
    on conflict do nothing returning id`,
};

/** Deliveries that ended otherwise are owed again under their ids. */
const OWE_AGAIN: Statement = {
  text: `
    insert into deliveries ${COLUMNS}
    select w.id, w.message_id, w.received_at, $4::int, last.attempt, 0, m.bytes, now(), true
    from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as w(id, message_id, received_at)
    cross join lateral (
      select ${BYTES} as bytes from messages
      where messages.id = w.message_id and messages.received_at = w.received_at and erased_at is null offset 0
    ) as m
    cross join lateral (${LAST_ATTEMPT('w.id', 'w.received_at')} offset 0) as last
    where not exists (select from dead_letters d where d.id = w.id)
    on conflict do nothing returning id`,
};

/**
 * Messages that were never owed to the webhook become owed. The message's own row records it, so that it happens once.
 */
const OWE_FIRST: Statement = {
  text: `
    with owing as (
      update messages m set owed_to = m.owed_to || $3::int, delivery_ids = m.delivery_ids || hukz_delivery_id(m.id, $3::int)
      from unnest($1::uuid[], $2::timestamptz[]) as w(id, received_at)
      where m.id = w.id and m.received_at = w.received_at and m.erased_at is null and not m.owed_to @> array[$3::int]
      returning m.delivery_ids[array_upper(m.delivery_ids, 1)] as id, m.id as message_id, m.received_at, ${BYTES} as bytes
    )
    insert into deliveries ${COLUMNS}
    select id, message_id, received_at, $3::int, 0, 0, bytes, now(), true from owing
    on conflict do nothing returning id`,
};

/**
 * Makes deliveries due now that wait for their next attempt and are not owned. ("Hidden condition" in
 * `sql-notes.md`.)
 */
export const HURRY: Statement = {
  text: `update deliveries d set due_at = now(), replay = true
         where id = any($1::uuid[]) and num_nulls(owner) = 1 and ${IS_FIRST} returning id`,
};

/** Makes these deliveries due now, under their ids. Returns how many could still be made due. */
export async function putBack(
  run: JournalPool['run'],
  what: { readonly webhookId: number; readonly outcome: ReplayOutcome },
  candidates: readonly Candidate[],
): Promise<number> {
  if (candidates.length === 0) return 0;
  const ids = candidates.map(({ deliveryId }) => deliveryId);
  const messages = candidates.map(({ messageId }) => messageId);
  const times = candidates.map(({ receivedAt }) => receivedAt);
  switch (what.outcome) {
    case 'dead':
      return (await run(RAISE_DEAD, [ids])).length;
    case 'failed':
      return (await run(HURRY, [ids])).length;
    case 'delivered':
    case 'cancelled':
    case 'lost':
      return (await run(OWE_AGAIN, [ids, messages, times, what.webhookId])).length;
    case 'missing':
      return (await run(OWE_FIRST, [messages, times, what.webhookId])).length;
    default:
      return what.outcome satisfies never;
  }
}
