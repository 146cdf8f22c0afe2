import type { Header } from '../../domain/message/message.js';
import type { SchemaProblem } from '../../domain/schema/event-schema.js';
import { AppError } from '../../errors.js';
import { noteObject } from '../audit/audited.js';
import { readHeaders } from '../journal/accept/header-bytes.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { type ListOf, type Page, readPage } from '../postgres/list-page.js';

/** A message in quarantine, without its payload. */
export interface QuarantinedMessage {
  readonly id: string;
  readonly receivedAt: Date;
  readonly quarantinedAt: Date;
  readonly subject: string;
  readonly headers: readonly Header[];
  /** Size of the payload. */
  readonly bytes: number;
  /** The reason in one sentence. */
  readonly error: string;
  /** The schema that the message breaks. Undefined: PostgreSQL could not store the message. */
  readonly schema: QuarantinedBy | undefined;
}

interface QuarantinedBy {
  /** The registered subject. */
  readonly event: string;
  readonly version: string;
  readonly problems: readonly SchemaProblem[];
}

interface Row {
  readonly id: string;
  readonly received_at: Date;
  readonly quarantined_at: Date;
  readonly subject: Uint8Array;
  readonly headers: Uint8Array;
  readonly bytes: number;
  readonly error: string;
  readonly event: string | null;
  readonly schema_version: string | null;
  readonly problems: string | null;
}

const orderIn = (direction: Keyset['direction']): Keyset => ({
  columns: [
    { name: 'quarantined_at', kind: 'instant' },
    { name: 'id', kind: 'uuid' },
  ],
  direction,
});
/** The newest message is first. */
export const QUARANTINE_ORDER = orderIn('desc');
/** The order in which messages are released: the oldest is first. */
export const RELEASE_ORDER = orderIn('asc');

const columnsOf = (db: Db) => [
  ...(['id', 'received_at', 'quarantined_at', 'subject', 'headers', 'error', 'event'] as const),
  ...(['schema_version', 'problems'] as const),
  db.raw('octet_length(payload) as bytes'),
];

export interface QuarantineFilter {
  /** The registered subject whose schema the messages break. */
  readonly event?: string | undefined;
}

export async function listQuarantined(
  db: Db,
  { event }: QuarantineFilter,
  page: Page,
  order = QUARANTINE_ORDER,
): Promise<ListOf<QuarantinedMessage>> {
  const matching = db('quarantine');
  if (event !== undefined) matching.where({ event });
  return readPage<Row, QuarantinedMessage>(db, { matching, order, columns: columnsOf(db), toNode }, page);
}

/** @throws {AppError} `not_found` */
export async function loadQuarantined(
  db: Db,
  id: string,
): Promise<QuarantinedMessage & { readonly payload: Uint8Array }> {
  const row: (Row & { readonly payload: Uint8Array }) | undefined = await db('quarantine')
    .where({ id })
    .first(...columnsOf(db), 'payload');
  if (!row) throw new AppError('not_found', 'Record not found');
  return { ...toNode(row), payload: row.payload };
}

/** Removes a message that was released or is not wanted. False if it was gone already. */
export async function removeQuarantined(db: Db, id: string): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const removed = await trx('quarantine').where({ id }).delete();
    if (removed > 0) noteObject(trx, { object: `message:${id}`, spaceId: undefined, changes: {} });
    return removed > 0;
  });
}

const REMOVE_OLD: Statement = {
  text: `delete from quarantine where id in (
           select id from quarantine where event is not null and quarantined_at < now() - $1 * interval '1 ms'
           order by quarantined_at limit $2
         ) returning id`,
};

/** Deletes one batch of old messages that break a schema, and returns their number. */
export async function removeOldQuarantined(pool: JournalPool, olderThanMs: number, limit: number): Promise<number> {
  return (await pool.run(REMOVE_OLD, [olderThanMs, limit])).length;
}

const toNode = (row: Row): QuarantinedMessage => ({
  id: row.id,
  receivedAt: row.received_at,
  quarantinedAt: row.quarantined_at,
  subject: Buffer.from(row.subject).toString(),
  headers: readHeaders(row.headers),
  bytes: row.bytes,
  error: row.error,
  schema:
    row.event === null
      ? undefined
      : { event: row.event, version: row.schema_version ?? '', problems: JSON.parse(row.problems ?? '[]') },
});
