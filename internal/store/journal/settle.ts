import type { SettledAttempt } from '../../domain/attempt.js';
import type { CatalogWebhook } from '../../domain/catalog.js';
import { float8Array, int4Array, int8Array, textArray, uuidArray } from './binary-array.js';
import type { JournalPool, Statement } from './journal-pool.js';
import { ensurePartitions } from './partitions.js';
import type { Persevere, Repeatable } from './persevere.js';
import { storableText } from './storable-text.js';

/** Whether a row of `deliveries`, `d`, is still as its attempt found it. `coalesce` keeps PostgreSQL from making a join of it. */
const IS_UNCHANGED =
  'coalesce((d.id, d.owner, d.attempts + 1) in (select delivery_id, owner, attempt from input), false)';

const DELIVERIES = `
    with receivers as materialized (
      select no, id as webhook_id, url, tags::jsonb as tags, created_by_id, space_id
      from unnest($17::int[], $18::text[], $19::text[], $20::bigint[], $21::bigint[])
        with ordinality as t(id, url, tags, created_by_id, space_id, no)
    ), input as materialized (
      select *, to_timestamp(started / 1000) as started_at, to_timestamp(received / 1000) as received_at,
        now() + retry_in * interval '1 ms' as next_at
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::float8[], $5::int[], $6::int[], $7::int[], $8::float8[],
        $9::text[], $10::int[], $11::int[], $12::text[], $13::text[], $14::float8[], $15::text[], $16::text[])
      as t(delivery_id, owner, message_id, received, webhook_no, attempt, failures, started,
        outcome, duration, status, body, error, retry_in, because, subject)
    ), finished as (
      delete from deliveries d
      where d.id = any(array(select delivery_id from input where retry_in is null)) and ${IS_UNCHANGED}
      returning d.id
    ), rescheduled as (
      update deliveries d set owner = null, attempts = d.attempts + 1,
        (failures, due_at) = (
          select ($7::int[])[place], now() + ($14::float8[])[place] * interval '1 ms'
          from array_position($1::uuid[], d.id) as place
        )
      where d.id = any(array(select delivery_id from input where retry_in is not null)) and ${IS_UNCHANGED}
    ), buried as (
      insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because, event, created_by_id)
      select delivery_id, message_id, received_at, webhook_id, attempt, now(), because, subject, created_by_id
      from input join receivers on no = webhook_no
      where because is not null and coalesce(delivery_id in (select id from finished), false)
      on conflict do nothing
    )`;

const LOG = `
    insert into webhook_logs (created_at, created_by_id, event, url, response_status_code, response_body, tags, webhook_id,
      space_id, message_id, received_at, delivery_id, attempt, outcome, error, duration_ms, next_attempt_at)
    select started_at, created_by_id, subject, url, status, body, tags, webhook_id, space_id,
      message_id, received_at, delivery_id, attempt, outcome, error, duration, next_at
    from input join receivers on no = webhook_no
    on conflict do nothing`;

/**
 * Attempts into `webhook_logs`; what is finished leaves `deliveries`, what was given up becomes a dead letter, the rest
 * waits for its next attempt owned by nobody. Repeatable: rows that are gone stay gone, a log row's key is its attempt, and
 * the number of attempts fences off a repetition that comes after we have claimed the same delivery again.
 * Nothing is joined with `deliveries`: PostgreSQL would choose the kind of join by what the table held when it planned, and keep
 * it. By one that was chosen when it was empty each attempt of a batch is compared with each.
 */
export const SETTLE: Statement = { name: 'settle', text: `${DELIVERIES}${LOG}` };

/** For an attempt whose log row cannot be inserted: the delivery ends, or waits for its next attempt, all the same. */
export const SETTLE_UNLOGGED: Statement = {
  text: `${DELIVERIES}
    select 1 where false`,
};

export interface SettleDeps {
  readonly pool: JournalPool;
  readonly persevere: Persevere;
  /** See `Repeatable`. */
  readonly tries?: Pick<Repeatable<unknown>, 'maxTries' | 'maxTooLong'>;
  /** `SETTLE`, or `SETTLE_UNLOGGED`. */
  readonly statement?: Statement;
}

/** Commits a batch, each of its deliveries once a statement; a second attempt of one (the first is from before our death) comes after. */
export async function settleBatch(deps: SettleDeps, batch: readonly SettledAttempt[]): Promise<void> {
  const seen = new Set<string>();
  const second = batch.filter(({ delivery: { id } }) => seen.size === seen.add(id).size);
  if (second.length === 0) return settleSingle(deps, batch);
  await settleSingle(
    deps,
    batch.filter((attempt) => !second.includes(attempt)),
  );
  await settleBatch(deps, second);
}

async function settleSingle(deps: SettleDeps, batch: readonly SettledAttempt[]): Promise<void> {
  const values = toValues(batch);
  await deps.persevere({
    name: 'settle',
    ...deps.tries,
    run: async () => {
      await deps.pool.run(deps.statement ?? SETTLE, values);
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
