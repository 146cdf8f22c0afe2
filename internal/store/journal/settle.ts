import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import type { CatalogWebhook } from '../../domain/matching/catalog.js';
import { storableText } from './accept/storable-text.js';
import type { JournalPool, Statement } from './journal-pool.js';
import {
  columns,
  float8s,
  int4s,
  int8s,
  numberedRowsOf,
  parameters,
  rowsOf,
  texts,
  uuids,
  whenAny,
} from './parameters.js';
import { ensurePartitions } from './partitions.js';
import type { Persevere, Repeatable } from './persevere.js';

const ATTEMPTS = columns<SettledAttempt>()({
  delivery_id: uuids(({ delivery }) => delivery.id),
  owner: uuids(({ delivery }) => delivery.owner),
  message_id: uuids(({ delivery }) => delivery.message.id),
  received: float8s(({ delivery }) => delivery.message.receivedAt),
  attempt: int4s(({ delivery }) => delivery.attempts + 1),
  failures: int4s(({ countedFailures }) => countedFailures),
  started: float8s(({ startedAt }) => startedAt),
  outcome: texts(({ outcome }) => outcome),
  duration: int4s(({ durationMs }) => Math.round(durationMs)),
  status: int4s(({ status }) => status),
  body: texts(({ responseBody }) => responseBody && storableText(responseBody)),
  headers: whenAny(
    ({ responseHeaders }) => responseHeaders,
    texts(({ responseHeaders }) => responseHeaders && storableText(responseHeaders)),
  ),
  sent_headers: whenAny(
    ({ requestHeaders }) => requestHeaders,
    texts(({ requestHeaders }) => requestHeaders && storableText(requestHeaders)),
  ),
  error: texts(({ error }) => error),
  retry_in: float8s(({ retryInMs }) => retryInMs),
  because: texts(({ because }) => because),
  subject: texts(({ delivery }) => delivery.message.subject),
});

const WEBHOOKS = columns<CatalogWebhook>()({
  id: int4s(({ id }) => id),
  url: texts(({ url }) => url),
  tags: texts(({ tags }) => JSON.stringify(tags)),
  created_by_id: int8s(({ createdById }) => createdById),
  space_id: int8s(({ spaceId }) => spaceId),
});

const input = parameters({
  attempts: ATTEMPTS,
  /** Per attempt, the number of its webhook among the webhooks. */
  webhookNos: columns<number>()({ webhook_no: int4s((no) => no) }),
  webhooks: WEBHOOKS,
});
const { $ } = input;

/**
 * Whether a row `d` of `deliveries` is still as its attempt found it. `coalesce` keeps PostgreSQL from making it a
 * join.
 */
const IS_UNCHANGED =
  'coalesce((d.id, d.owner, d.attempts + 1) in (select delivery_id, owner, attempt from input), false)';

const DELIVERIES = `
    with receivers as materialized (
      select no, id as webhook_id, url, tags::jsonb as tags, created_by_id, space_id
      from ${numberedRowsOf($.webhooks)}
    ), input as materialized (
      select *, to_timestamp(started / 1000) as started_at, to_timestamp(received / 1000) as received_at,
        now() + retry_in * interval '1 ms' as next_at
      from ${rowsOf({ ...$.attempts, ...$.webhookNos })}
    ), erased as materialized (
      select message_id from erased_messages where message_id = any(${$.attempts.message_id})
    ), finished as (
      delete from deliveries d
      where d.id = any(array(select delivery_id from input where retry_in is null)) and ${IS_UNCHANGED}
      returning d.id
    ), rescheduled as (
      update deliveries d set owner = null, attempts = d.attempts + 1,
        (failures, due_at) = (
          select (${$.attempts.failures})[place], now() + (${$.attempts.retry_in})[place] * interval '1 ms'
          from array_position(${$.attempts.delivery_id}, d.id) as place
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
      space_id, message_id, received_at, delivery_id, attempt, outcome, error, duration_ms, next_attempt_at, response_headers,
      request_headers)
    select started_at, created_by_id, subject, url, status, case when kept then body end, tags, webhook_id, space_id,
      message_id, received_at, delivery_id, attempt, outcome, case when kept then error end, duration, next_at,
      case when kept then headers end, case when kept then sent_headers end
    from (select *, not coalesce(message_id in (select message_id from erased), false) as kept from input) as input
    join receivers on no = webhook_no
    on conflict do nothing`;

/**
 * Inserts attempts into `webhook_logs`. Finished deliveries are deleted from `deliveries`, deliveries that were given
 * up become dead letters, and the others wait for their next attempt without an owner. The statement is repeatable:
 * deleted rows stay deleted, a log row's key is its attempt, and the number of attempts fences off a repetition that
 * comes after this instance has claimed the same delivery again. Nothing is joined with `deliveries`: PostgreSQL would
 * choose the kind of join by the table's contents at planning time, and keep it. With a join that was chosen while the
 * table was empty, each attempt of a batch is compared with each row. See "key list" and "set without a join" in
 * `sql-notes.md`. An attempt that ends after its message was erased keeps nothing that was said on the wire; the lookup
 * is one per batch, in a table that is empty unless messages are erased.
 */
export const SETTLE: Statement = { name: 'settle', text: `${DELIVERIES}${LOG}` };

/** For an attempt whose log row cannot be inserted: its delivery still ends, or waits for its next attempt. */
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

/**
 * Commits a batch, each delivery at most once per statement. A second attempt of a delivery (the first one is from
 * before this instance was declared dead) is committed afterwards.
 */
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

/** The values that all attempts of a webhook share are sent once per batch. */
function toValues(attempts: readonly SettledAttempt[]): unknown[] {
  const numbers = new Map<CatalogWebhook, number>();
  const webhookNos = attempts.map(({ webhook }) => {
    const known = numbers.get(webhook);
    if (known !== undefined) return known;
    numbers.set(webhook, numbers.size + 1);
    return numbers.size;
  });
  return input.values({ attempts, webhookNos, webhooks: [...numbers.keys()] });
}
