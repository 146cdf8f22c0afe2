import { writeCredentialSecret } from '../../domain/credentials/credential-secret.js';
import { hintOf, type SecretChange } from '../../domain/secrets/secret.js';
import type { Db } from '../../store/postgres/knex.js';
import { replaceSecrets, type SecretStore } from '../../store/secrets/webhook-secrets.js';
import { writeSettings } from '../../store/webhooks/stored-settings.js';
import type { Login } from '../rows/login.js';
import type { OurEvent } from '../rows/take-event.js';
import type { OurWebhook } from '../rows/take-webhook.js';

/** The parameters of a statement stay below the memory that one should take. */
const BATCH = 1000;
const COMMON = `id int, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz,
  created_by_id bigint, updated_by_id bigint, name text, tags jsonb`;

/**
 * Inserts events under their ids, or replaces them. Those that are replaced give up their subjects first, because two
 * events may have exchanged theirs.
 */
export async function writeEvents(trx: Db, events: readonly OurEvent[]): Promise<void> {
  await trx.raw('update events set deleted_at = now() where id = any(?::int[]) and deleted_at is null', [
    events.map(({ id }) => id),
  ]);
  await upsert(trx, { table: 'events', columns: `${COMMON}, event text` }, events);
}

/** Inserts webhooks under their ids, or replaces them, with their events and the credentials of their URLs. */
export async function writeWebhooks(store: SecretStore, webhooks: readonly OurWebhook[]): Promise<void> {
  const { db: trx } = store;
  const columns = `${COMMON}, url text, enabled boolean, disabled_because text, disabled_at timestamptz, space_id bigint,
    own_settings jsonb`;
  const rows = webhooks.map(({ login, ...webhook }) => ({ ...webhook, own_settings: settingsWith(login) }));
  await upsert(trx, { table: 'webhooks', columns }, rows);
  await replaceSecrets(
    store,
    webhooks.map(({ id, login }) => ({ webhookId: id, change: passwordOf(login) })),
  );
  const ids = webhooks.map(({ id }) => id);
  const links = webhooks.flatMap(({ id, event_ids }) => event_ids.map((event) => [id, event] as const));
  await trx.raw('delete from webhook_events where webhook_id = any(?::int[])', [ids]);
  await trx.raw('insert into webhook_events (webhook_id, event_id) select * from unnest(?::int[], ?::int[])', [
    links.map(([webhook]) => webhook),
    links.map(([, event]) => event),
  ]);
}

function settingsWith(login: Login | undefined): unknown {
  const auth = login && ({ type: 'basic', username: login.username } as const);
  return JSON.parse(writeSettings(auth ? { auth } : {}));
}

function passwordOf(login: Login | undefined): SecretChange {
  if (!login) return { purpose: 'auth', value: null };
  return { purpose: 'auth', value: writeCredentialSecret('basic', login.password), hint: hintOf(login.password) };
}

interface Target {
  readonly table: string;
  /** Names and types, separated by commas. */
  readonly columns: string;
}

async function upsert(trx: Db, { table, columns }: Target, rows: readonly { readonly id: number }[]): Promise<void> {
  const names = columns.split(',').map((column) => column.trim().split(' ')[0] ?? '');
  const updates = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);
  for (let from = 0; from < rows.length; from += BATCH)
    await trx.raw(
      `insert into ?? (${names.join(', ')}) overriding system value
       select ${names.join(', ')} from jsonb_to_recordset(?::jsonb) as r (${columns})
       order by deleted_at is null, id
       on conflict (id) do update set ${updates.join(', ')}`,
      [table, JSON.stringify(rows.slice(from, from + BATCH))],
    );
}

/** Lets new ids begin above those of both sides, with room for what the other side makes until it stops. */
export async function restartIds(trx: Db, table: keyof typeof SEQUENCES, above: number): Promise<void> {
  await trx.raw(
    `select setval(pg_get_serial_sequence(current_schema() || '.' || ?, 'id'),
       greatest(?::bigint, (select coalesce(max(id), 0) from ??), (select last_value from ${SEQUENCES[table]})))`,
    [table, above, table],
  );
}

const SEQUENCES = { events: 'events_id_seq', webhooks: 'webhooks_id_seq', webhook_logs: 'webhook_logs_id' } as const;
