import type { Header } from '../../domain/message/message.js';
import { readHeaders } from '../journal/accept/header-bytes.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';

const HEADERS: Statement = {
  text: `
    select m.headers
    from unnest($1::timestamptz[], $2::uuid[]) with ordinality as asked (received_at, id, n)
    left join messages m on m.received_at = asked.received_at and m.id = asked.id
    order by n`,
};

/** The headers of messages, in the order of the keys. */
export async function loadHeadersOf(
  run: JournalPool['run'],
  keys: readonly { readonly received_at: string; readonly message_id: string }[],
): Promise<readonly (readonly Header[])[]> {
  const rows = await run<{ readonly headers: Uint8Array | null }>(HEADERS, [
    keys.map(({ received_at }) => received_at),
    keys.map(({ message_id }) => message_id),
  ]);
  return rows.map(({ headers }) => readHeaders(headers));
}
