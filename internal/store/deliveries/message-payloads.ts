import type { Header } from '../../domain/message/message.js';
import { readHeaders } from '../journal/accept/header-bytes.js';
import type { Db } from '../postgres/knex.js';

/**
 * A message's key. `receivedAt` is the instant in the exact form in which PostgreSQL writes it. It also determines the
 * partition.
 */
export interface MessageKey {
  readonly messageId: string;
  readonly receivedAt: string;
}

export interface StoredMessage {
  readonly id: string;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly payload: Uint8Array;
}

/** A larger payload is read in parts, because the driver decodes a value in one turn of the event loop. */
const PART_BYTES = 256 * 1024;
const JOINED = `
  from unnest(?::uuid[], ?::timestamptz[]) as wanted (id, received_at)
  join messages on messages.id = wanted.id and messages.received_at = wanted.received_at
    and messages.erased_at is null`;

/** Returns the size in bytes of each payload that still exists and is not erased, by message id. */
export async function payloadSizes(db: Db, keys: readonly MessageKey[]): Promise<ReadonlyMap<string, number>> {
  const { rows }: { rows: { id: string; bytes: number }[] } = await db.raw(
    `select messages.id, octet_length(messages.payload) as bytes ${JOINED}`,
    columnsOf(keys),
  );
  return new Map(rows.map((row) => [row.id, row.bytes]));
}

interface MessageRow {
  readonly id: string;
  readonly subject: string;
  readonly received_at: Date;
  readonly received_at_text: string;
  readonly bytes: number;
  /** Null if the payload is read in parts. */
  readonly payload: Buffer | null;
}

/** Returns the messages that still exist and are not erased, by id. */
export async function loadMessages(db: Db, keys: readonly MessageKey[]): Promise<ReadonlyMap<string, StoredMessage>> {
  const { rows }: { rows: MessageRow[] } = await db.raw(
    `select messages.id, messages.subject, messages.received_at, messages.received_at::text as received_at_text,
       octet_length(messages.payload) as bytes,
       case when octet_length(messages.payload) <= ${PART_BYTES} then messages.payload end as payload ${JOINED}`,
    columnsOf(keys),
  );
  const messages = new Map<string, StoredMessage>();
  for (const { id, subject, received_at, received_at_text, bytes, payload } of rows) {
    const whole = payload ?? (await readInParts(db, { messageId: id, receivedAt: received_at_text }, bytes));
    if (whole) messages.set(id, { id, subject, receivedAt: received_at.getTime(), payload: whole });
  }
  return messages;
}

/** Returns undefined if the message has been deleted or erased meanwhile. */
async function readInParts(db: Db, { messageId, receivedAt }: MessageKey, bytes: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  for (let from = 1; from <= bytes; from += PART_BYTES) {
    const { rows }: { rows: { part: Buffer }[] } = await db.raw(
      `select substring(payload from ?::int for ?::int) as part from messages
       where id = ?::uuid and received_at = ?::timestamptz and erased_at is null`,
      [from, PART_BYTES, messageId, receivedAt],
    );
    const [row] = rows;
    if (!row) return undefined;
    parts.push(row.part);
  }
  return Buffer.concat(parts, bytes);
}

/** Loads the headers of a message. A message that is no longer kept has none. */
export async function loadHeaders(db: Db, { messageId, receivedAt }: MessageKey): Promise<readonly Header[]> {
  const row: { headers: Buffer | null } | undefined = await db('messages')
    .where('id', messageId)
    .whereRaw('received_at = ?::timestamptz', [receivedAt])
    .first('headers');
  return readHeaders(row?.headers ?? null);
}

function columnsOf(keys: readonly MessageKey[]): [string[], string[]] {
  const distinct = new Map(keys.map((key) => [key.messageId, key.receivedAt]));
  return [[...distinct.keys()], [...distinct.values()]];
}
