import { MARKS } from '../deliveries/log-filter.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';

/** A deleted row, in the order in which deleted rows are looked at. */
export interface DeletedCursor {
  readonly at: string;
  readonly id: number;
}

export interface RemovedRows {
  readonly removed: number;
  /** The position at which the next call continues; undefined after the last deleted row. */
  readonly next: DeletedCursor | undefined;
}

type DeletedTable = 'webhooks' | 'events' | 'spaces';

const FIRST: DeletedCursor = { at: '-infinity', id: 0 };

/** `skip locked` leaves out rows that are being changed at this moment. */
const candidates = (table: DeletedTable): Statement => ({
  text: `
    select id::float8, deleted_at::text as at from ${table}
    where deleted_at < now() - $1 * interval '1 ms' and (deleted_at, id) > ($2::timestamptz, $3::bigint)
    order by deleted_at, id limit $4
    for update skip locked`,
});

const OLD_WEBHOOKS = candidates('webhooks');
const OLD_EVENTS = candidates('events');
const OLD_SPACES = candidates('spaces');

/** The logs' index of marks can only be read by a bitmap scan, which the journal's connections otherwise avoid. */
const ALLOW_BITMAPS: Statement = { text: 'set local enable_bitmapscan = on' };

/** The limit is below the driver's own timeout, whose error would make the pool renew all its connections. */
const LIMIT_TIME: Statement = { text: `set local statement_timeout = '5s'` };

/** One instance reads the tables at a time. */
const TRY_LOCK: Statement = {
  text: `select pg_try_advisory_xact_lock(hashtext('hukz'), hashtext('remove-deleted')) as "isAlone"`,
};

/**
 * An instance that was stopped before such a deletion, and knows the catalog of that time, would never learn of the
 * deletion. Without the stamp of that time, the instance loads the whole catalog instead of the changes.
 */
const FORGET_EARLIER = 'delete from catalog_stamps where version < (select max(catalog_version) from gone)';

/**
 * Deletes everything in one statement, the webhook first: the trigger on the rows that belong to the webhook then finds
 * no webhook to stamp, and the catalog's version stays. Owned deliveries have no index by webhook, so `deliveries` is
 * read once for all webhooks of $1.
 */
const REMOVE_WEBHOOKS: Statement = {
  text: `
    with needed as (
      select webhook_id from deliveries where webhook_id in (select unnest($1::int[]))
      union
      select webhook_id from webhook_logs where ${MARKS} && array(select old.id::bigint * 4 from unnest($1::int[]) as old(id))
      union
      select old.id from unnest($1::int[]) as old(id)
      where (select 1 from dead_letters d where d.webhook_id = old.id limit 1) is not null
        or (select 1 from replays r where r.webhook_id = old.id limit 1) is not null
    ), gone as (
      delete from webhooks where id = any($1::int[]) and id not in (select webhook_id from needed) returning id, catalog_version
    ), without_stamps as (${FORGET_EARLIER}
    ), without_events as (
      delete from webhook_events where webhook_id in (select id from gone)
    ), without_secrets as (
      delete from webhook_secrets where webhook_id in (select id from gone)
    ), without_health as (
      delete from webhook_health where webhook_id in (select id from gone)
    ), without_resumes as (
      delete from resumes where webhook_id in (select id from gone)
    )
    select id from gone`,
};

/** Logs, dead letters and quarantined messages name an event by its subject, and do not need its row. */
const REMOVE_EVENTS: Statement = {
  text: `
    with gone as (
      delete from events where id = any($1::int[])
        and (select 1 from webhook_events we where we.event_id = events.id limit 1) is null
      returning id, catalog_version
    ), without_stamps as (${FORGET_EARLIER}
    )
    select id from gone`,
};

/**
 * A space is named by its webhooks only, and these keep their rows while a log or a delivery refers to them. Catalogs
 * contain only spaces that have a key. The version of a space that never had one is 0, and no stamp is earlier.
 */
const REMOVE_SPACES: Statement = {
  text: `
    with gone as (
      delete from spaces where id = any($1::bigint[])
        and id not in (select space_id from webhooks where deleted_at is not null)
        and (select 1 from webhooks w where w.space_id = spaces.id and w.deleted_at is null limit 1) is null
      returning id, catalog_version
    ), without_stamps as (${FORGET_EARLIER}
    )
    select id from gone`,
};

export interface RemoveOptions {
  readonly olderThanMs: number;
  readonly from: DeletedCursor | undefined;
  /** Maximum number of deleted rows to look at. */
  readonly limit: number;
}

/** Removes webhooks that were deleted long ago and to which no delivery, log, dead letter or replay refers. */
export async function removeDeletedWebhooks(pool: JournalPool, options: RemoveOptions): Promise<RemovedRows> {
  return remove(pool, options, { find: OLD_WEBHOOKS, remove: REMOVE_WEBHOOKS });
}

/** Removes events that were deleted long ago and that belong to no webhook, deleted or not. */
export async function removeDeletedEvents(pool: JournalPool, options: RemoveOptions): Promise<RemovedRows> {
  return remove(pool, options, { find: OLD_EVENTS, remove: REMOVE_EVENTS });
}

/** Removes spaces that were deleted long ago and to which no webhook belongs, deleted or not. */
export async function removeDeletedSpaces(pool: JournalPool, options: RemoveOptions): Promise<RemovedRows> {
  return remove(pool, options, { find: OLD_SPACES, remove: REMOVE_SPACES });
}

async function remove(
  pool: JournalPool,
  { olderThanMs, from = FIRST, limit }: RemoveOptions,
  statements: { readonly find: Statement; readonly remove: Statement },
): Promise<RemovedRows> {
  return pool.transaction(async (run) => {
    await run(LIMIT_TIME, []);
    const [lock] = await run<{ isAlone: boolean }>(TRY_LOCK, []);
    if (!lock?.isAlone) return { removed: 0, next: undefined };
    const old = await run<{ id: number; at: string }>(statements.find, [olderThanMs, from.at, from.id, limit]);
    const last = old.at(-1);
    if (!last) return { removed: 0, next: undefined };
    await run(ALLOW_BITMAPS, []);
    const gone = await run(statements.remove, [old.map(({ id }) => id)]);
    return { removed: gone.length, next: old.length === limit ? { at: last.at, id: last.id } : undefined };
  });
}
