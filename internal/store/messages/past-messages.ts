import type { Spaces } from '../../identity/principal.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';

/** A stored message without its payload. */
export interface PastMessage {
  readonly message_id: string;
  /** The instant in the exact form in which PostgreSQL writes it. */
  readonly received_at: string;
  readonly subject: string;
  readonly headers: Uint8Array | null;
  /** The message is not erased, and it was owed to a webhook of the spaces, or all spaces are visible. */
  readonly is_visible: boolean;
}

export interface PastRange {
  readonly since: Date;
  readonly until: Date;
  /** Messages that were owed to no webhook of these spaces are not visible. */
  readonly spaces: Spaces;
}

/** Reads at most `$6` messages, newest first, before the key of `$4` and `$5`. */
const WINDOW: Statement = {
  text: `
    select id as message_id, received_at::text, subject, headers,
      erased_at is null and ($3::bigint[] is null or exists (
        select from unnest(owed_to) as owed(id)
        where (select w.space_id from webhooks w where w.id = owed.id) = any($3::bigint[])
      )) as is_visible
    from (
      select id, received_at, subject, headers, owed_to, erased_at from messages
      where (received_at, id) < ($4::timestamptz, $5::uuid) and received_at <= $4::timestamptz
        and received_at >= $1::timestamptz and received_at < $2::timestamptz
      order by received_at desc, id desc limit $6::int
    ) as page
    order by received_at desc, id desc`,
};

const HIGHEST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Yields the messages of a range, newest first, a window at a time. */
export async function* pastMessages(
  run: JournalPool['run'],
  { since, until, spaces }: PastRange,
  rows: number,
): AsyncGenerator<readonly PastMessage[]> {
  let from = { received_at: until.toISOString(), message_id: HIGHEST_UUID };
  for (;;) {
    const window = await run<PastMessage>(WINDOW, [
      since,
      until,
      spaces === 'all' ? null : [...spaces],
      from.received_at,
      from.message_id,
      rows,
    ]);
    yield window;
    const last = window.at(-1);
    if (!last || window.length < rows) return;
    from = last;
  }
}
