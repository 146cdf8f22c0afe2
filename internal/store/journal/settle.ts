import type { SettledAttempt } from '../../domain/attempt.js';
import type { Tags } from '../../domain/tags.js';
import { plainArray, textArray } from './array-literal.js';
import type { JournalPool, Statement } from './journal-pool.js';
import { ensurePartitions } from './partitions.js';
import type { Persevere } from './persevere.js';
import { storableText } from './storable-text.js';

/**
 * Attempts into `webhook_logs`; what is finished leaves `deliveries`, what was given up becomes a dead letter, the rest
 * waits for its next attempt owned by nobody. Repeatable: rows that are gone stay gone, a log row's key is its attempt, and
 * the number of attempts fences off a repetition that comes after we have claimed the same delivery again.
 */
const SETTLE: Statement = {
  name: 'settle',
  text: `
    with input as materialized (
      select *, to_timestamp(started / 1000) as started_at, now() + retry_in * interval '1 ms' as next_at
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::float8[], $5::int[], $6::int[], $7::int[], $8::float8[],
        $9::text[], $10::int[], $11::int[], $12::text[], $13::text[], $14::float8[], $15::text[], $16::text[],
        $17::bigint[], $18::bigint[], $19::text[])
      as t(delivery_id, owner, message_id, received, webhook_id, attempt, failures, started,
        outcome, duration, status, body, error, retry_in, because, subject, created_by_id, space_id, webhook)
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
      select i.delivery_id, i.message_id, f.received_at, i.webhook_id, i.attempt, now(), i.because, i.subject, i.created_by_id
      from finished f join input i on i.delivery_id = f.id and i.owner = f.owner and i.because is not null
      on conflict do nothing
    )
    insert into webhook_logs (created_at, created_by_id, event, url, response_status_code, response_body, tags, webhook_id,
      space_id, message_id, received_at, delivery_id, attempt, outcome, error, duration_ms, next_attempt_at)
    select started_at, created_by_id, subject, webhook::jsonb ->> 0, status, body, webhook::jsonb -> 1, webhook_id,
      space_id, message_id, to_timestamp(received / 1000), delivery_id, attempt, outcome, error, duration, next_at
    from input
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

function toValues(batch: readonly SettledAttempt[]): unknown[] {
  const plain = (pick: (attempt: SettledAttempt) => string | number | undefined) =>
    plainArray(batch.map((attempt) => pick(attempt) ?? null));
  const text = (pick: (attempt: SettledAttempt) => string | undefined) =>
    textArray(batch.map((attempt) => pick(attempt) ?? null));
  return [
    plain(({ delivery }) => delivery.id),
    plain(({ delivery }) => delivery.owner),
    plain(({ delivery }) => delivery.message.id),
    plain(({ delivery }) => delivery.message.receivedAt),
    plain(({ webhook }) => webhook.id),
    plain(({ delivery }) => delivery.attempts + 1),
    plain(({ failures }) => failures),
    plain(({ startedAt }) => startedAt),
    plain(({ outcome }) => outcome),
    plain(({ durationMs }) => Math.round(durationMs)),
    plain(({ status }) => status),
    text(({ responseBody }) => responseBody && storableText(responseBody)),
    text(({ error }) => error),
    plain(({ retryInMs }) => retryInMs),
    plain(({ because }) => because),
    text(({ delivery }) => delivery.message.subject),
    plain(({ webhook }) => webhook.createdById),
    plain(({ webhook }) => webhook.spaceId),
    text(({ webhook }) => urlAndTags(webhook.url, webhook.tags)),
  ];
}

const urlAndTags = (url: string, tags: Tags) => JSON.stringify([url, tags]);
