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

const JOINED = `
  from unnest(?::uuid[], ?::timestamptz[]) as wanted (id, received_at)
  join messages on messages.id = wanted.id and messages.received_at = wanted.received_at`;

/** Returns the size in bytes of each payload that still exists, by message id. */
export async function payloadSizes(db: Db, keys: readonly MessageKey[]): Promise<ReadonlyMap<string, number>> {
  const { rows }: { rows: { id: string; bytes: number }[] } = await db.raw(
    `select messages.id, octet_length(messages.payload) as bytes ${JOINED}`,
    columnsOf(keys),
  );
  return new Map(rows.map((row) => [row.id, row.bytes]));
}

/** Returns the messages that still exist, by id. */
export async function loadMessages(db: Db, keys: readonly MessageKey[]): Promise<ReadonlyMap<string, StoredMessage>> {
  const { rows }: { rows: { id: string; subject: string; received_at: Date; payload: Buffer }[] } = await db.raw(
    `select messages.id, messages.subject, messages.received_at, messages.payload ${JOINED}`,
    columnsOf(keys),
  );
  return new Map(
    rows.map(({ id, subject, received_at, payload }) => [
      id,
      { id, subject, receivedAt: received_at.getTime(), payload },
    ]),
  );
}

function columnsOf(keys: readonly MessageKey[]): [string[], string[]] {
  const distinct = new Map(keys.map((key) => [key.messageId, key.receivedAt]));
  return [[...distinct.keys()], [...distinct.values()]];
}
