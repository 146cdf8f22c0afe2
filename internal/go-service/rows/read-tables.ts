import type { Db } from '../../store/postgres/knex.js';

/** A row of `events` of the Go service. All columns but the id may be null, and times are as PostgreSQL writes them. */
export interface GoEvent {
  readonly id: string;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly deleted_at: string | null;
  readonly created_by_id: string | null;
  readonly updated_by_id: string | null;
  readonly name: string | null;
  /** The subject. */
  readonly event: string | null;
  /** JSON as it came in. */
  readonly tags: Buffer | null;
  /** Changes with each change of the row. */
  readonly hash: string;
}

export interface GoWebhook extends Omit<GoEvent, 'event'> {
  readonly url: string | null;
  readonly enabled: boolean | null;
  readonly space_id: string | null;
  /** Its events, also deleted ones, ascending. */
  readonly event_ids: readonly string[];
}

const COMMON = ['created_at', 'updated_at', 'deleted_at', 'created_by_id', 'updated_by_id'] as const;
const asText = (names: readonly string[]) => names.map((name) => `t.${name}::text as ${name}`).join(', ');

/**
 * The first statement of a transaction that reads the tables. All reads see the same moment: a webhook must not be read
 * with an event that was made after the events were read. The hash must not depend on the settings of a session.
 */
export async function beginReading(trx: Db): Promise<void> {
  await trx.raw('set transaction isolation level repeatable read');
  await trx.raw("set local timezone = 'UTC'; set local datestyle = 'ISO'; set local bytea_output = 'hex'");
}

export async function readGoEvents(trx: Db, schema: string): Promise<readonly GoEvent[]> {
  const { rows } = await trx.raw<{ rows: GoEvent[] }>(
    `select t.id::text as id, ${asText(COMMON)}, t.name, t.event, t.tags, md5(t::text) as hash from ??.events t order by t.id`,
    [schema],
  );
  return rows;
}

export async function readGoWebhooks(trx: Db, schema: string): Promise<readonly GoWebhook[]> {
  const { rows } = await trx.raw<{ rows: GoWebhook[] }>(
    `select t.id::text as id, ${asText(COMMON)}, t.name, t.url, t.enabled, t.tags, t.space_id::text as space_id,
       e.ids as event_ids, md5(t::text || e.ids::text) as hash
     from ??.webhooks t
     cross join lateral (
       select coalesce(array_agg(event_id::text order by event_id), '{}') as ids from ??.webhook_events where webhook_id = t.id
     ) e
     order by t.id`,
    [schema, schema],
  );
  return rows;
}

/** Whether the schema has the tables of the Go service, with the sequences of their ids. */
export async function hasGoTables(db: Db, schema: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { found: number }[] }>(
    `select count(*)::int as found from pg_catalog.pg_class c
     left join pg_catalog.pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = to_regnamespace(quote_ident(?)) and (c.relname, coalesce(a.attname, ''), a.atttypid::regtype::text) in
       (('events', 'tags', 'bytea'), ('webhooks', 'tags', 'bytea'), ('webhook_events', 'webhook_id', 'bigint'),
        ('webhook_logs', 'data', 'bytea'), ('events_id_seq', 'last_value', 'bigint'),
        ('webhooks_id_seq', 'last_value', 'bigint'), ('webhook_logs_id_seq', 'last_value', 'bigint'))`,
    [schema],
  );
  return rows[0]?.found === 7;
}

/** The last id that each sequence of the Go service has given. */
export async function readGoSequence(db: Db, schema: string, table: string): Promise<number> {
  const { rows } = await db.raw<{ rows: { last: string }[] }>('select last_value as last from ??.??', [
    schema,
    `${table}_id_seq`,
  ]);
  return Number(rows[0]?.last ?? 0);
}
