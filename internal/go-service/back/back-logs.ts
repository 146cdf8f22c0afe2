import { envelope } from '../../domain/message/envelope.js';
import { isJson } from '../../domain/message/json-bytes.js';
import { loadMessages } from '../../store/deliveries/message-payloads.js';
import { inTransaction } from '../../store/postgres/in-transaction.js';
import type { Db } from '../../store/postgres/knex.js';
import { raiseSequence } from './write-go-rows.js';

interface LogRow {
  readonly id: string;
  readonly created_at: string;
  readonly created_by_id: string;
  readonly event: string;
  readonly url: string;
  readonly response_status_code: number;
  readonly response_body: string | null;
  readonly tags: object;
  readonly message_id: string;
  readonly received_at: string;
}

const BATCH = 200;

export interface BackLogs {
  readonly written: number;
  /** Logs whose ids the Go service has given to others since. */
  readonly taken: number;
}

interface Parts {
  readonly db: Db;
  readonly schema: string;
  /** Older logs stay here. */
  readonly since: Date;
  onProgress(done: number): void;
}

/**
 * Writes the logs of answered requests into the table of the Go service, in batches, each in a transaction of its own.
 * It may be repeated: a log that is there already stays. Imported logs came from there.
 */
export async function bringLogsBack({ db, schema, since, onProgress }: Parts): Promise<BackLogs> {
  let [done, written, taken] = [0, 0, 0];
  for (let after = '0'; ; ) {
    const logs = await readBatch(db, after, since);
    const last = logs.at(-1);
    if (!last) break;
    const rows = await withData(db, logs);
    const batch = await inTransaction(db, (trx) => writeBatch(trx, schema, rows));
    after = last.id;
    done += logs.length;
    written += batch.written;
    taken += batch.taken;
    onProgress(done);
  }
  await inTransaction(db, (trx) => raiseSequence(trx, schema, 'webhook_logs'));
  return { written, taken };
}

async function readBatch(db: Db, after: string, since: Date): Promise<readonly LogRow[]> {
  const { rows } = await db.raw<{ rows: LogRow[] }>(
    `select id::text as id, created_at::text as created_at, created_by_id::text as created_by_id, event, url,
       response_status_code, response_body, tags, message_id, received_at::text as received_at
     from webhook_logs
     where id > ? and created_at >= ? and response_status_code is not null
       and delivery_id <> md5('delivery of Go log ' || id)::uuid
     order by id limit ${BATCH}`,
    [after, since],
  );
  return rows;
}

/** The envelope that was sent, as far as its message is still kept. */
async function withData(db: Db, logs: readonly LogRow[]) {
  const keys = logs.map(({ message_id: messageId, received_at: receivedAt }) => ({ messageId, receivedAt }));
  const messages = await loadMessages(db, keys);
  return logs.map(({ message_id, received_at: _, ...log }) => {
    const message = messages.get(message_id);
    const body = message && envelope(message.subject, message.receivedAt, message.payload).body;
    const data = body ? Buffer.from(body).toString('base64') : null;
    return { ...log, data, response_body: jsonOf(log.response_body), tags: JSON.stringify(log.tags) };
  });
}

/** The Go service stores JSON only. */
function jsonOf(text: string | null): string | null {
  return text === null || isJson(Buffer.from(text)) ? text : JSON.stringify(text);
}

async function writeBatch(trx: Db, schema: string, rows: readonly object[]): Promise<BackLogs> {
  const text = JSON.stringify(rows);
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `insert into ??.webhook_logs (id, created_at, created_by_id, event, url, response_status_code, data, response_body, tags)
     select id, created_at, created_by_id, event, url, response_status_code, decode(data, 'base64'),
       convert_to(response_body, 'UTF8'), convert_to(tags, 'UTF8')
     from jsonb_to_recordset(?::jsonb) as r (id bigint, created_at timestamptz, created_by_id bigint, event text, url text,
       response_status_code bigint, data text, response_body text, tags text)
     on conflict (id) do nothing`,
    [schema, text],
  );
  const { rows: others } = await trx.raw<{ rows: { taken: number }[] }>(
    `select count(*)::int as taken from jsonb_to_recordset(?::jsonb) as r (id bigint, created_at timestamptz)
     join ??.webhook_logs l using (id) where l.created_at is distinct from r.created_at`,
    [text, schema],
  );
  return { written: rowCount, taken: others[0]?.taken ?? 0 };
}
