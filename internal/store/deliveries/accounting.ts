import type { Spaces } from '../../identity/principal.js';
import type { Db } from '../postgres/knex.js';

export interface AccountRange {
  /** Undefined means all webhooks. */
  readonly webhookId: number | undefined;
  /** The spaces of the webhooks. */
  readonly spaces?: Spaces;
  /** Messages from this instant on, by the time when they were received. */
  readonly since: Date;
  /** Messages received before this instant. */
  readonly until: Date;
}

/** Sizes of sets of delivery ids. Each id is in exactly one of the five states, or lost. */
export interface Account {
  /** Deliveries that the messages' own rows list as owed. */
  readonly accepted: number;
  readonly delivered: number;
  readonly pending: number;
  readonly held: number;
  readonly dead: number;
  readonly cancelled: number;
  /** Deliveries that were accepted and are found nowhere. */
  readonly lost: number;
  /** Deliveries that were found but never accepted. */
  readonly unknown: number;
}

const ALSO_WEBHOOK = `(:webhook::int is null or webhook_id = :webhook::int)
      and (:spaces::bigint[] is null or webhook_id in (select w.id from webhooks w where w.space_id = any(:spaces::bigint[])))`;
const IN_RANGE = 'received_at >= :since and received_at < :until';

/**
 * `accepted` comes from the messages alone, and the other numbers from all other tables, so the sum closes only if no
 * delivery was lost in between. One statement is one snapshot. The current state takes precedence over earlier ones: a
 * replayed delivery is pending.
 */
const ACCOUNT = `
  with accepted as (
    select owed.id from messages m cross join lateral unnest(m.owed_to, m.delivery_ids) as owed(webhook_id, id)
    where m.${IN_RANGE} and ${ALSO_WEBHOOK}
  ), found as (
    select id, min(rank) as rank
    from (
      select id, case when isfinite(due_at) then 1 else 2 end as rank from deliveries where ${IN_RANGE} and ${ALSO_WEBHOOK}
      union all
      select id, 3 from dead_letters where ${IN_RANGE} and ${ALSO_WEBHOOK}
      union all
      select delivery_id, case outcome when 'delivered' then 4 else 5 end from webhook_logs
      where created_at >= :since::timestamptz - interval '1 day' and ${IN_RANGE} and ${ALSO_WEBHOOK}
        and outcome in ('delivered', 'cancelled')
    ) as places group by id
  )
  select count(accepted.id)::float8 as accepted,
    count(*) filter (where rank = 1)::float8 as pending, count(*) filter (where rank = 2)::float8 as held,
    count(*) filter (where rank = 3)::float8 as dead, count(*) filter (where rank = 4)::float8 as delivered,
    count(*) filter (where rank = 5)::float8 as cancelled, count(*) filter (where rank is null)::float8 as lost,
    count(*) filter (where accepted.id is null)::float8 as unknown
  from accepted full join found on found.id = accepted.id`;

export async function loadAccount(db: Db, range: AccountRange): Promise<Account> {
  const { rows }: { rows: [Account] } = await db.raw(ACCOUNT, {
    webhook: range.webhookId ?? null,
    spaces: range.spaces === undefined || range.spaces === 'all' ? null : [...range.spaces],
    since: range.since,
    until: range.until,
  });
  return rows[0];
}

/** Returns whether accepted = delivered + pending + held + dead + cancelled, by ids. */
export function closes(account: Account): boolean {
  return account.lost === 0 && account.unknown === 0;
}
