import type { OrderedKey } from '../claim/claim-next.js';
import { exclusively } from '../exclusively.js';
import type { JournalPool, Statement } from '../journal-pool.js';

/** A stream of which ordered deliveries have no number yet. */
export interface UnnumberedStream {
  /** Its mark in the ids of its messages. */
  readonly stream: string;
  /** Sequences of the first and the last of them. */
  readonly lowest: number;
  readonly highest: number;
}

const UNNUMBERED = 'order_key is not null and order_no is null';
const PLACE = 'hukz_stream_of(message_id), hukz_sequence_of(message_id)';

/** From one stream to the next by the index, however many wait: "hop" in `../sql-notes.md`. */
export const LIST_UNNUMBERED: Statement = {
  text: `
    with recursive streams(stream) as (
      (select hukz_stream_of(message_id) from deliveries where ${UNNUMBERED} order by ${PLACE} limit 1)
      union all
      select (
        select hukz_stream_of(message_id) from deliveries
        where ${UNNUMBERED} and hukz_stream_of(message_id) > streams.stream order by ${PLACE} limit 1
      ) from streams where stream is not null
    )
    select stream,
      (select hukz_sequence_of(message_id)::float8 from deliveries
       where ${UNNUMBERED} and hukz_stream_of(message_id) = stream order by ${PLACE} limit 1) as lowest,
      (select hukz_sequence_of(message_id)::float8 from deliveries
       where ${UNNUMBERED} and hukz_stream_of(message_id) = stream
       order by hukz_stream_of(message_id) desc, hukz_sequence_of(message_id) desc limit 1) as highest
    from streams where stream is not null`,
};

/** One message may owe a key once only, so that the sequence is all that tells the deliveries of a key apart. */
export const NUMBER: Statement = {
  text: `
    with turn as (select nextval('deliveries_order_no') << 20 as no), waiting as materialized (
      select id, row_number() over (order by sequence) as place from (
        select id, hukz_sequence_of(message_id) as sequence from deliveries
        where ${UNNUMBERED} and hukz_stream_of(message_id) = $1 and hukz_sequence_of(message_id) <= $2
        order by ${PLACE} limit $3
      ) as next
    ), numbered as (
      update deliveries d set order_no = turn.no + waiting.place from waiting, turn
      where d.id = waiting.id and d.order_no is null
      returning d.webhook_id, d.order_key
    )
    select webhook_id, order_key, count(*)::int as deliveries from numbered group by webhook_id, order_key`,
};

/** Far below the numbers that one turn has. */
const MAX_AT_ONCE = 5000;

export function listUnnumbered(pool: JournalPool): Promise<readonly UnnumberedStream[]> {
  return pool.run<UnnumberedStream>(LIST_UNNUMBERED, []);
}

/**
 * Gives numbers to what a stream owes in order up to a sequence, the lowest sequence first; answers the keys, and whether
 * there may be more. Nothing up to there may be on its way into the journal. Alone among all instances: what one of them
 * numbers later, by a snapshot taken later, has higher numbers.
 */
export async function numberLater(
  pool: JournalPool,
  stream: string,
  upTo: number,
): Promise<{ readonly keys: readonly OrderedKey[]; readonly more: boolean }> {
  const rows = await exclusively(pool, 'order', (run) =>
    run<{ webhook_id: number; order_key: string; deliveries: number }>(NUMBER, [stream, upTo, MAX_AT_ONCE]),
  );
  return {
    keys: rows.map((row) => ({ webhookId: row.webhook_id, orderKey: row.order_key })),
    more: rows.reduce((sum, { deliveries }) => sum + deliveries, 0) === MAX_AT_ONCE,
  };
}
