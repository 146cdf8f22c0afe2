import type { Header } from '../../../domain/message/message.js';
import { uuidArray } from '../binary-array.js';
import type { JournalPool, Statement } from '../journal-pool.js';
import { readHeaders } from './header-bytes.js';
import { messageKey } from './message-key.js';

/** The message that was accepted under an id. If its row is gone, or was erased, only its id is known. */
export interface Remembered {
  readonly messageId: string;
  readonly stored?: {
    readonly headers: readonly Header[];
    readonly payload: Uint8Array;
    readonly webhooks: number;
  };
}

/** The key is encoded as in `accept-statement.ts`; see `find-absent.ts`. */
const FIND_ID: Statement = {
  name: 'find-remembered',
  text: 'select message_id from message_ids where key = any($1::uuid[])',
};

/** The id of a message contains its time, by which PostgreSQL finds the partition. */
const FIND_MESSAGE: Statement = {
  text: `select headers, payload, cardinality(owed_to) as webhooks from messages
         where id = $1::uuid and received_at >= to_timestamp($2::float8 / 1000)
           and received_at < to_timestamp($2::float8 / 1000) + interval '2 ms' and erased_at is null`,
};

/** Finds the message that the journal remembers under the subject and the `Nats-Msg-Id` of another one. */
export async function findRemembered(
  pool: JournalPool,
  subject: string,
  headers: readonly Header[],
): Promise<Remembered | undefined> {
  const key = messageKey(subject, headers);
  if (key === undefined) return undefined;
  const [known] = await pool.run<{ message_id: string }>(FIND_ID, [uuidArray([key], (each) => each)]);
  if (!known) return undefined;
  const messageId = known.message_id;
  const [row] = await pool.run<MessageRow>(FIND_MESSAGE, [messageId, timeOf(messageId)]);
  if (!row) return { messageId };
  const { headers: bytes, payload, webhooks } = row;
  return { messageId, stored: { headers: readHeaders(bytes), payload, webhooks } };
}

interface MessageRow {
  readonly headers: Uint8Array | null;
  readonly payload: Uint8Array;
  readonly webhooks: number;
}

/** The milliseconds in a uuid of version 7. */
const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
