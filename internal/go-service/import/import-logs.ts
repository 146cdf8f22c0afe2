import { hideSecrets } from '../../domain/secrets/hidden-parts.js';
import { isStorable } from '../../domain/text/storable.js';
import { inTransaction } from '../../store/postgres/in-transaction.js';
import type { Db } from '../../store/postgres/knex.js';
import { readGoSequence } from '../rows/read-tables.js';
import { takeTags } from '../rows/take-tags.js';
import { restartIds } from './write-rows.js';

export interface LogParts {
  readonly db: Db;
  readonly schema: string;
  /** Older logs are not brought. */
  readonly since: Date;
  onProgress(done: number, total: number): void;
}

export interface LogReport {
  readonly brought: number;
  /** Logs without a time. */
  readonly skipped: number;
}

interface GoLog {
  readonly id: string;
  readonly created_at: string | null;
  readonly created_by_id: string | null;
  readonly event: string | null;
  readonly url: string | null;
  readonly response_status_code: string | null;
  readonly data: Buffer | null;
  readonly response_body: Buffer | null;
  readonly tags: Buffer | null;
  /** The webhook with the same URL and user. */
  readonly webhook_id: number | null;
  readonly space_id: string | null;
}

const BATCH = 500;
/** The Go service may write this many logs between the import and its stop. */
const ROOM_FOR_IDS = 1_000_000;

/**
 * Brings logs in batches, each in a transaction of its own, and goes on after the last one that was brought. Ids of the
 * deliveries follow from the ids of the logs, so that no log is brought twice.
 */
export async function importLogs(parts: LogParts): Promise<LogReport> {
  const { db, schema, since } = parts;
  await restartIds(db, 'webhook_logs', (await readGoSequence(db, schema, 'webhook_logs')) + ROOM_FOR_IDS);
  await db.raw('insert into go_import_logs (last_id) values (0) on conflict do nothing');
  const total = await countLogs(db, schema, since);
  let brought = 0;
  let skipped = 0;
  for (;;) {
    const step = await inTransaction(db, (trx) => bringBatch(trx, schema, since));
    if (!step) return { brought, skipped };
    brought += step.brought;
    skipped += step.skipped;
    parts.onProgress(brought + skipped, total);
  }
}

/** The logs that are not brought yet. */
export async function countLogs(db: Db, schema: string, since: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: { total: number }[] }>(
    `select count(*)::int as total from ??.webhook_logs
     where id > coalesce((select last_id from go_import_logs), 0) and (created_at is null or created_at >= ?)`,
    [schema, since],
  );
  return rows[0]?.total ?? 0;
}

async function bringBatch(trx: Db, schema: string, since: Date): Promise<LogReport | undefined> {
  const logs = await readBatch(trx, schema, since);
  const last = logs.at(-1);
  if (!last) return undefined;
  const dated = logs.flatMap((log) =>
    log.created_at === null ? [] : [toOurs({ ...log, created_at: log.created_at })],
  );
  const days = [...new Set(dated.map(({ created_at }) => created_at.slice(0, 10)))];
  await trx.raw(`select hukz_ensure_partition('webhook_logs', day) from unnest(?::date[]) day`, [days]);
  await trx.raw(
    `insert into webhook_logs (id, created_at, created_by_id, event, url, response_status_code, response_body, tags,
       webhook_id, space_id, message_id, received_at, delivery_id, attempt, outcome, duration_ms, imported_data)
     select id, created_at, created_by_id, event, url, response_status_code, response_body, tags, webhook_id, space_id,
       md5('message of Go log ' || id)::uuid, created_at, md5('delivery of Go log ' || id)::uuid, 1, outcome, 0,
       decode(data, 'base64')
     from jsonb_to_recordset(?::jsonb) as r (id bigint, created_at timestamptz, created_by_id bigint, event text,
       url text, response_status_code int, response_body text, tags jsonb, webhook_id int, space_id bigint,
       outcome text, data text)
     on conflict do nothing`,
    [JSON.stringify(dated)],
  );
  await trx('go_import_logs').update({ last_id: last.id });
  return { brought: dated.length, skipped: logs.length - dated.length };
}

async function readBatch(trx: Db, schema: string, since: Date): Promise<readonly GoLog[]> {
  await trx.raw("set local timezone = 'UTC'");
  const { rows } = await trx.raw<{ rows: GoLog[] }>(
    `select l.id::text as id, l.created_at::text as created_at, l.created_by_id::text as created_by_id, l.event, l.url,
       l.response_status_code::text as response_status_code, l.data, l.response_body, l.tags,
       w.id::int as webhook_id, w.space_id::text as space_id
     from ??.webhook_logs l
     left join lateral (
       select id, space_id from ??.webhooks w
       where w.url = l.url and w.created_by_id is not distinct from l.created_by_id
       order by deleted_at is not null, id limit 1
     ) w on true
     where l.id > (select last_id from go_import_logs) and (l.created_at is null or l.created_at >= ?)
     order by l.id limit ${BATCH}`,
    [schema, schema, since],
  );
  return rows;
}

function toOurs(log: GoLog & { readonly created_at: string }) {
  const status = log.response_status_code === null ? null : Number(log.response_status_code);
  const body = log.response_body?.toString() ?? null;
  const isDelivered = status !== null && status >= 200 && status < 300;
  return {
    ...log,
    created_by_id: log.created_by_id ?? '0',
    event: log.event ?? '',
    url: hideSecrets({ url: log.url ?? '', settings: {} }).url,
    response_status_code: status,
    response_body: body === null || isStorable(body) ? body : body.replaceAll('\0', ''),
    tags: takeTags(log.tags).tags,
    webhook_id: log.webhook_id ?? 0,
    space_id: log.space_id ?? '0',
    outcome: isDelivered ? 'delivered' : 'failed',
    data: log.data?.toString('base64') ?? null,
  };
}
