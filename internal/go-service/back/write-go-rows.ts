import type { Db } from '../../store/postgres/knex.js';
import type { NewGoEvent, NewGoWebhook } from './to-go-rows.js';

const COMMON = `id bigint, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz,
  created_by_id bigint, updated_by_id bigint, name text, tags text`;
/** The user who made a row, and the time, never change. */
const KEPT = ['id', 'created_at', 'created_by_id'];
const BATCH = 1000;

export async function writeGoEvents(trx: Db, schema: string, events: readonly NewGoEvent[]): Promise<void> {
  await upsert(trx, { schema, table: 'events', columns: `${COMMON}, event text` }, events);
}

export async function writeGoWebhooks(trx: Db, schema: string, webhooks: readonly NewGoWebhook[]): Promise<void> {
  const columns = `${COMMON}, url text, enabled boolean, space_id bigint`;
  await upsert(trx, { schema, table: 'webhooks', columns }, webhooks);
  const links = webhooks.flatMap(({ id, event_ids }) => event_ids.map((event) => [id, event] as const));
  const pairs = [links.map(([webhook]) => webhook), links.map(([, event]) => event)];
  await trx.raw(
    `delete from ??.webhook_events l where webhook_id = any(?::bigint[])
     and not exists (select from unnest(?::bigint[], ?::bigint[]) as n (w, e) where (w, e) = (l.webhook_id, l.event_id))`,
    [schema, webhooks.map(({ id }) => id), ...pairs],
  );
  await trx.raw(
    // A person may have removed an event there.
    `insert into ??.webhook_events (webhook_id, event_id)
     select n.* from unnest(?::bigint[], ?::bigint[]) as n (w, e) join ??.events on id = e on conflict do nothing`,
    [schema, ...pairs, schema],
  );
}

interface Target {
  readonly schema: string;
  readonly table: string;
  readonly columns: string;
}

async function upsert(trx: Db, { schema, table, columns }: Target, rows: readonly object[]): Promise<void> {
  const names = columns.split(',').map((column) => column.trim().split(' ')[0] ?? '');
  const values = names.map((name) => (name === 'tags' ? "decode(tags, 'base64')" : name));
  const updates = names.filter((name) => !KEPT.includes(name)).map((name) => `${name} = excluded.${name}`);
  for (let from = 0; from < rows.length; from += BATCH)
    await trx.raw(
      `insert into ??.?? (${names.join(', ')}) select ${values.join(', ')} from jsonb_to_recordset(?::jsonb) as r (${columns})
       on conflict (id) do update set ${updates.join(', ')}`,
      [schema, table, JSON.stringify(rows.slice(from, from + BATCH))],
    );
}

/** Lets the Go service give ids above those that were brought. A sequence that is high enough is not touched. */
export async function raiseSequence(trx: Db, schema: string, table: string): Promise<void> {
  const sequence = `${table}_id_seq`;
  await trx.raw(
    `select setval(format('%I.%I', ?::text, ?::text)::regclass, highest)
     from (select max(id) as highest from ??.??) t, ??.?? s where highest > s.last_value`,
    [schema, sequence, schema, table, schema, sequence],
  );
}
