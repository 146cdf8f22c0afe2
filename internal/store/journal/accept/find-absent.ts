import type { Header } from '../../../domain/message/message.js';
import { uuidArray } from '../binary-array.js';
import type { JournalPool, Statement } from '../journal-pool.js';
import { messageKey } from './message-key.js';

export interface SoughtMessage {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly subject: string;
  readonly headers: readonly Header[];
}

/**
 * Looks up rows by keys only: see `find-lost.ts`. A message that was dropped as the duplicate of a message from outside
 * any stream is in neither table: its `Nats-Msg-Id` is remembered for the other message.
 */
const FIND_ABSENT: Statement = {
  text: `
    select wanted.id from unnest($1::uuid[], $2::float8[], $3::uuid[]) as wanted(id, at, key)
    where (
      select m.id from messages m where m.received_at = to_timestamp(wanted.at / 1000) and m.id = wanted.id
    ) is null and (select q.id from quarantine q where q.id = wanted.id) is null and (
      select k.key from message_ids k
      where k.key = wanted.key and not k.of_stream and k.message_id <> wanted.id
        and k.seen_at > to_timestamp(wanted.at / 1000) - $4 * interval '1 ms'
    ) is null`,
};

/** Returns the ids of those messages that the journal does not have. */
export async function findAbsent(
  pool: JournalPool,
  messages: readonly SoughtMessage[],
  duplicateWindowMs: number,
): Promise<ReadonlySet<string>> {
  const ids = messages.map(({ id }) => id);
  const times = messages.map(({ receivedAt }) => receivedAt);
  // The keys are encoded as in `accept-statement.ts`: the text form of a key without dashes would be another key than
  // its binary form.
  const keys = uuidArray(messages, ({ subject, headers }) => messageKey(subject, headers));
  const rows = await pool.run<{ id: string }>(FIND_ABSENT, [ids, times, keys, duplicateWindowMs]);
  return new Set(rows.map(({ id }) => id));
}
