import type { JournalPool, Statement } from '../journal/journal-pool.js';
import type { FoundMessage } from './found-message.js';

/**
 * Empties messages, and remembers each of them in the same statement. A replay that adds a delivery to such a message
 * at the same moment waits for the row, and then leaves the message out.
 */
const EMPTY: Statement = {
  text: `
    with emptied as (
      update messages m set payload = '', headers = null, erased_at = now()
      from unnest($1::uuid[], $2::timestamptz[]) as w(id, received_at)
      where m.id = w.id and m.received_at = w.received_at and m.erased_at is null
      returning m.id, m.received_at, m.delivery_ids
    )
    insert into erased_messages (message_id, received_at, delivery_ids, erasure_id)
    select id, received_at, delivery_ids, $3::uuid from emptied
    on conflict (message_id) do nothing
    returning message_id`,
};

/** Returns how many of the messages were emptied. */
export async function emptyMessages(
  run: JournalPool['run'],
  erasureId: string,
  messages: readonly FoundMessage[],
): Promise<number> {
  if (messages.length === 0) return 0;
  const ids = messages.map(({ message_id }) => message_id);
  const times = messages.map(({ received_at }) => received_at);
  return (await run(EMPTY, [ids, times, erasureId])).length;
}
