import type { OrderedKey } from '../claim/claim-next.js';
import { exclusively } from '../exclusively.js';
import type { JournalPool, Statement } from '../journal-pool.js';

/** A stream with ordered deliveries that have no number yet. */
export interface UnnumberedStream {
  /** The stream's mark in the ids of its messages. */
  readonly stream: string;
  /** Sequences of the first and the last message with such a delivery. */
  readonly lowest: number;
  readonly highest: number;
}

const UNNUMBERED = 'order_key is not null and order_no is null';
const PLACE = 'hukz_stream_of(message_id), hukz_sequence_of(message_id)';

/** Walks from one stream to the next by the index, however many deliveries wait: "hop" in `sql-notes.md`. */
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

/** A message may owe a key only one delivery, so the sequence alone determines the order of a key's deliveries. */
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

/** This is far below the count of numbers that one turn reserves. */
const MAX_AT_ONCE = 5000;

export function listUnnumbered(pool: JournalPool): Promise<readonly UnnumberedStream[]> {
  return pool.run<UnnumberedStream>(LIST_UNNUMBERED, []);
}

/**
 * Numbers the ordered deliveries of a stream up to a sequence, in the order of their sequences. Returns the keys, and
 * whether there may be more. No message up to that sequence may still be on its way into the journal. One instance at a
 * time does this: deliveries that are numbered later, by a later snapshot, get higher numbers.
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
