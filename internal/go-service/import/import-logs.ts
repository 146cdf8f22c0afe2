import { hideSecrets } from '../../domain/secrets/hidden-parts.js';
import { isStorable } from '../../domain/text/storable.js';
import { inTransaction } from '../../store/postgres/in-transaction.js';
import type { Db } from '../../store/postgres/knex.js';
import { readGoSequence } from '../rows/read-tables.js';
import { isUsableTime } from '../rows/take-record.js';
import { takeTags } from '../rows/take-tags.js';
import { ImportRefused } from './import-refused.js';
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
  /** Logs without a usable time. */
  readonly skipped: number;
  /** Logs whose sent body is too large to be kept. */
  readonly withoutBody: number;
}

interface GoLog {
  readonly id: string;
  readonly created_at: string | null;
  readonly created_by_id: string | null;
  readonly event: string | null;
  readonly url: string | null;
  readonly response_status_code: string | null;
  readonly data: Buffer | null;
  readonly is_large: boolean | null;
  readonly response_body: Buffer | null;
  readonly tags: Buffer | null;
  /** The webhook with the same URL and user. */
  readonly webhook_id: number | null;
  readonly space_id: string | null;
}

const BATCH = 500;
/** The bytes of a batch of several logs. The Go service stored responses of any size. */
const BATCH_BYTES = 16 * 1024 * 1024;
/** A sent body above this size is left out. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** As of all responses. */
const MAX_RESPONSE_BYTES = 16 * 1024;
/** The Go service may write this many logs between the import and its stop. */
const ROOM_FOR_IDS = 100_000_000;
/** The Go service commits its logs in another order than that of their ids, so the last ones are looked at again. */
const OVERLAP = 1000;

/**
 * Brings logs in batches, each in a transaction of its own, and goes on after the last one that was brought. Ids of the
 * deliveries follow from the ids of the logs, so that no log is brought twice.
 */
export async function importLogs(parts: LogParts): Promise<LogReport> {
  const { db, schema, since } = parts;
  const last = await readGoSequence(db, schema, 'webhook_logs');
  if (!Number.isSafeInteger(last + 2 * ROOM_FOR_IDS))
    throw new ImportRefused(
      `the sequence ${schema}.webhook_logs_id_seq is at its end: set it back with setval() first`,
    );
  await restartIds(db, 'webhook_logs', last + ROOM_FOR_IDS);
  await begin(db, since);
  const total = await countLogs(db, schema, since);
  const sum = { brought: 0, skipped: 0, withoutBody: 0 };
  for (let seen = 0; ; ) {
    const step = await inTransaction(db, (trx) => bringBatch(trx, schema, since));
    if (!step) return sum;
    seen += step.seen;
    for (const name of ['brought', 'skipped', 'withoutBody'] as const) sum[name] += step[name];
    parts.onProgress(seen, total);
  }
}

/** Goes on where the last import ended, or from the start if logs are asked for that are older than those before. */
async function begin(db: Db, since: Date): Promise<void> {
  await db.raw(
    `insert into go_import_logs as l (last_id, since) values (0, ?)
     on conflict (only_row) do update set since = least(l.since, excluded.since),
       last_id = case when excluded.since < l.since then 0 else greatest(l.last_id - ${OVERLAP}, 0) end`,
    [since],
  );
}

/** The logs that are not brought yet. */
export async function countLogs(db: Db, schema: string, since: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: { total: number }[] }>(
    `select count(*)::int as total from ??.webhook_logs
     where id > coalesce((select case when since > ? then 0 else last_id end from go_import_logs), 0)
       and (created_at is null or created_at >= ?)`,
    [schema, since, since],
  );
  return rows[0]?.total ?? 0;
}

interface Step extends LogReport {
  readonly seen: number;
}

async function bringBatch(trx: Db, schema: string, since: Date): Promise<Step | undefined> {
  const logs = await readBatch(trx, schema, since);
  const last = logs.at(-1);
  if (!last) return undefined;
  const dated = logs.flatMap(({ created_at, ...log }) =>
    isUsableTime(created_at) ? [toOurs({ ...log, created_at })] : [],
  );
  const days = [...new Set(dated.map(({ created_at }) => created_at.slice(0, 10)))];
  await trx.raw(`select hukz_ensure_partition('webhook_logs', day) from unnest(?::date[]) day`, [days]);
  const { rowCount } = await trx.raw<{ rowCount: number }>(
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
  const withoutBody = logs.filter(({ is_large }) => is_large).length;
  return { seen: logs.length, brought: rowCount, skipped: logs.length - dated.length, withoutBody };
}

async function readBatch(trx: Db, schema: string, since: Date): Promise<readonly GoLog[]> {
  await trx.raw("set local timezone = 'UTC'");
  // Another import at the same time waits here, and goes on after this batch.
  const { rows: progress } = await trx.raw<{ rows: { last_id: string }[] }>(
    'select last_id from go_import_logs for update',
  );
  const { rows } = await trx.raw<{ rows: GoLog[] }>(
    `with sized as (
       select id, sum(coalesce(octet_length(data), 0) + coalesce(octet_length(tags), 0)) over (order by id) as bytes,
         row_number() over (order by id) as nth
       from (
         select id, data, tags from ??.webhook_logs
         where id > ? and (created_at is null or created_at >= ?) order by id limit ${BATCH}
       ) l
     )
     select l.id::text as id, l.created_at::text as created_at, l.created_by_id::text as created_by_id, l.event, l.url,
       l.response_status_code::text as response_status_code, octet_length(l.data) > ${MAX_BODY_BYTES} as is_large,
       case when octet_length(l.data) <= ${MAX_BODY_BYTES} then l.data end as data,
       substring(l.response_body for ${MAX_RESPONSE_BYTES}) as response_body, l.tags,
       w.id::int as webhook_id, w.space_id::text as space_id
     from ??.webhook_logs l
     join sized s on s.id = l.id and (s.bytes <= ${BATCH_BYTES} or s.nth = 1)
     left join lateral (
       select id, space_id from ??.webhooks w
       where w.url = l.url and w.created_by_id is not distinct from l.created_by_id
       order by deleted_at is not null, id limit 1
     ) w on true
     order by l.id`,
    [schema, progress[0]?.last_id ?? '0', since, schema, schema],
  );
  return rows;
}

/** A number that is no status of HTTP is none. */
function statusOf(text: string | null): number | null {
  const status = Number(text);
  return status >= 100 && status <= 999 ? status : null;
}

function toOurs(log: GoLog & { readonly created_at: string }) {
  const status = statusOf(log.response_status_code);
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
