import type { SettledAttempt } from '../../domain/attempt.js';
import type { Tags } from '../../domain/tags.js';
import type { JournalPool, Statement } from './journal-pool.js';
import { ensurePartitions } from './partitions.js';
import type { Persevere } from './persevere.js';
import { storableText } from './storable-text.js';

/**
 * Attempts into `webhook_logs`; what is finished leaves `deliveries`, what was given up becomes a dead letter, the rest
 * waits for its next attempt owned by nobody. Repeatable: rows that are gone stay gone, a log row's key is its attempt.
 */
const SETTLE: Statement = {
  name: 'settle',
  text: `
    with input as materialized (
      select *, to_timestamp(started / 1000) as started_at, now() + retry_in * interval '1 ms' as next_at
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::float8[], $5::int[], $6::int[], $7::int[], $8::float8[],
        $9::text[], $10::float8[], $11::int[], $12::text[], $13::text[], $14::float8[], $15::text[], $16::text[],
        $17::bigint[], $18::bigint[], $19::text[])
      as t(delivery_id, owner, message_id, received, webhook_id, attempt, failures, started,
        outcome, duration, status, body, error, retry_in, because, subject, created_by_id, space_id, webhook)
    ), finished as (
      delete from deliveries d using input i
      where d.id = i.delivery_id and d.owner = i.owner and i.retry_in is null
      returning d.id, d.received_at
    ), rescheduled as (
      update deliveries d set owner = null, attempts = i.attempt, failures = i.failures, due_at = i.next_at
      from input i where d.id = i.delivery_id and d.owner = i.owner and i.retry_in is not null
    ), buried as (
      insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because)
      select i.delivery_id, i.message_id, f.received_at, i.webhook_id, i.attempt, now(), i.because
      from finished f join input i on i.delivery_id = f.id and i.because is not null
      on conflict do nothing
    )
    insert into webhook_logs (created_at, created_by_id, event, url, response_status_code, response_body, tags, webhook_id,
      space_id, message_id, received_at, delivery_id, attempt, outcome, error, duration_ms, next_attempt_at)
    select started_at, created_by_id, subject, webhook::jsonb ->> 0, status, body, webhook::jsonb -> 1, webhook_id,
      space_id, message_id, to_timestamp(received / 1000), delivery_id, attempt, outcome, error, round(duration)::int, next_at
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
  const column = <T>(pick: (attempt: SettledAttempt) => T): T[] => batch.map(pick);
  return [
    column(({ delivery }) => delivery.id),
    column(({ delivery }) => delivery.owner),
    column(({ delivery }) => delivery.message.id),
    column(({ delivery }) => delivery.message.receivedAt),
    column(({ webhook }) => webhook.id),
    column(({ delivery }) => delivery.attempts + 1),
    column(({ failures }) => failures),
    column(({ startedAt }) => startedAt),
    column(({ outcome }) => outcome),
    column(({ durationMs }) => durationMs),
    column(({ status }) => status ?? null),
    column(({ responseBody }) => (responseBody ? storableText(responseBody) : null)),
    column(({ error }) => error ?? null),
    column(({ retryInMs }) => retryInMs ?? null),
    column(({ because }) => because ?? null),
    column(({ delivery }) => delivery.message.subject),
    column(({ webhook }) => webhook.createdById),
    column(({ webhook }) => webhook.spaceId),
    column(({ webhook }) => urlAndTags(webhook.url, webhook.tags)),
  ];
}

const urlAndTags = (url: string, tags: Tags) => JSON.stringify([url, tags]);
