import type { SettledAttempt } from '../../domain/attempt.js';
import type { CatalogWebhook } from '../../domain/catalog.js';
import { float8Array, int4Array, int8Array, textArray, uuidArray } from './binary-array.js';
import type { JournalPool, Statement } from './journal-pool.js';
import { ensurePartitions } from './partitions.js';
import type { Persevere } from './persevere.js';
import { storableText } from './storable-text.js';

/**
 * Attempts into `webhook_logs`; what is finished leaves `deliveries`, what was given up becomes a dead letter, the rest
 * waits for its next attempt owned by nobody. Repeatable: rows that are gone stay gone, a log row's key is its attempt, and
 * the number of attempts fences off a repetition that comes after we have claimed the same delivery again.
 */
export const SETTLE: Statement = {
  name: 'settle',
  text: `
    with receivers as materialized (
      select no, id as webhook_id, url, tags::jsonb as tags, created_by_id, space_id
      from unnest($17::int[], $18::text[], $19::text[], $20::bigint[], $21::bigint[])
        with ordinality as t(id, url, tags, created_by_id, space_id, no)
    ), input as materialized (
      select *, to_timestamp(started / 1000) as started_at, now() + retry_in * interval '1 ms' as next_at
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::float8[], $5::int[], $6::int[], $7::int[], $8::float8[],
        $9::text[], $10::int[], $11::int[], $12::text[], $13::text[], $14::float8[], $15::text[], $16::text[])
      as t(delivery_id, owner, message_id, received, webhook_no, attempt, failures, started,
        outcome, duration, status, body, error, retry_in, because, subject)
    ), finished as (
      delete from deliveries d using input i
      where d.id = i.delivery_id and d.owner = i.owner and d.attempts = i.attempt - 1 and i.retry_in is null
      returning d.id, d.owner, d.received_at
    ), rescheduled as (
      update deliveries d set owner = null, attempts = i.attempt, failures = i.failures, due_at = i.next_at
      from input i
      where d.id = i.delivery_id and d.owner = i.owner and d.attempts = i.attempt - 1 and i.retry_in is not null
    ), buried as (
      insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because, event, created_by_id)
      select i.delivery_id, i.message_id, f.received_at, r.webhook_id, i.attempt, now(), i.because, i.subject, r.created_by_id
      from finished f join input i on i.delivery_id = f.id and i.owner = f.owner and i.because is not null
      join receivers r on r.no = i.webhook_no
      on conflict do nothing
    )
    insert into webhook_logs (created_at, created_by_id, event, url, response_status_code, response_body, tags, webhook_id,
      space_id, message_id, received_at, delivery_id, attempt, outcome, error, duration_ms, next_attempt_at)
    select started_at, created_by_id, subject, url, status, body, tags, webhook_id, space_id,
      message_id, to_timestamp(received / 1000), delivery_id, attempt, outcome, error, duration, next_at
    from input join receivers r on r.no = webhook_no
    on conflict do nothing`,
};

export interface SettleDeps {
  readonly pool: JournalPool;
  readonly persevere: Persevere;
}

export async function settleBatch(deps: SettleDeps, batch: readonly SettledAttempt[]): Promise<void> {
  const values = toValues(batch);
  await deps.persevere({
    name: 'settle',
    run: async () => {
      await deps.pool.run(SETTLE, values);
    },
    ensurePartitions: () =>
      ensurePartitions(
        deps.pool,
        'webhook_logs',
        batch.map(({ startedAt }) => startedAt),
      ),
  });
}

/** What is the same for all attempts of a webhook travels once a batch. */
function toValues(batch: readonly SettledAttempt[]): unknown[] {
  const numbers = new Map<CatalogWebhook, number>();
  for (const { webhook } of batch) if (!numbers.has(webhook)) numbers.set(webhook, numbers.size + 1);
  const webhooks = [...numbers.keys()];
  return [
    uuidArray(batch, ({ delivery }) => delivery.id),
    uuidArray(batch, ({ delivery }) => delivery.owner),
    uuidArray(batch, ({ delivery }) => delivery.message.id),
    float8Array(batch, ({ delivery }) => delivery.message.receivedAt),
    int4Array(batch, ({ webhook }) => numbers.get(webhook)),
    int4Array(batch, ({ delivery }) => delivery.attempts + 1),
    int4Array(batch, ({ failures }) => failures),
    float8Array(batch, ({ startedAt }) => startedAt),
    textArray(batch, ({ outcome }) => outcome),
    int4Array(batch, ({ durationMs }) => Math.round(durationMs)),
    int4Array(batch, ({ status }) => status),
    textArray(batch, ({ responseBody }) => responseBody && storableText(responseBody)),
    textArray(batch, ({ error }) => error),
    float8Array(batch, ({ retryInMs }) => retryInMs),
    textArray(batch, ({ because }) => because),
    textArray(batch, ({ delivery }) => delivery.message.subject),
    int4Array(webhooks, ({ id }) => id),
    textArray(webhooks, ({ url }) => url),
    textArray(webhooks, ({ tags }) => JSON.stringify(tags)),
    int8Array(webhooks, ({ createdById }) => createdById),
    int8Array(webhooks, ({ spaceId }) => spaceId),
  ];
}
