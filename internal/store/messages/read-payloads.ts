import type { JournalPool, Statement } from '../journal/journal-pool.js';

const SIZES: Statement = {
  text: `
    select octet_length(m.payload) as bytes
    from unnest($1::timestamptz[], $2::uuid[]) with ordinality as asked (received_at, id, n)
    left join messages m on m.received_at = asked.received_at and m.id = asked.id
    order by n`,
};

/** The database replaces a payload that no filter looks into by one that is just as much too large. */
const PAYLOADS: Statement = {
  text: `
    select case when octet_length(m.payload) <= $3::int then m.payload end as payload
    from unnest($1::timestamptz[], $2::uuid[]) with ordinality as asked (received_at, id, n)
    left join messages m on m.received_at = asked.received_at and m.id = asked.id
    order by n`,
};

/** Payloads of about this size are read, and matched, in one turn of the event loop. */
const MAX_PART_BYTES = 1024 * 1024;

/** The key of a message. The instant has the exact form in which PostgreSQL writes it. */
interface KeyRow {
  readonly message_id: string;
  readonly received_at: string;
}

interface WithPayload<Row> {
  readonly row: Row;
  readonly payload: Uint8Array;
}

/** Yields messages with their payloads. A payload above `maxBytes` is not read, and replaced by as many zeros. */
export async function* readPayloads<Row extends KeyRow>(
  run: JournalPool['run'],
  rows: readonly Row[],
  maxBytes: number,
): AsyncGenerator<WithPayload<Row>> {
  if (rows.length === 0) return;
  const sizes = await run<{ readonly bytes: number | null }>(SIZES, keysOf(rows));
  const tooLarge = new Uint8Array(maxBytes + 1);
  for (const part of partsOf(
    rows,
    sizes.map(({ bytes }) => ((bytes ?? 0) > maxBytes ? 0 : (bytes ?? 0))),
  )) {
    const read = await run<{ readonly payload: Uint8Array | null }>(PAYLOADS, [...keysOf(part), maxBytes]);
    for (const [index, row] of part.entries()) yield { row, payload: read[index]?.payload ?? tooLarge };
  }
}

const keysOf = (rows: readonly KeyRow[]) => [
  rows.map(({ received_at }) => received_at),
  rows.map(({ message_id }) => message_id),
];

function* partsOf<Row>(rows: readonly Row[], sizes: readonly number[]): Generator<readonly Row[]> {
  let part: Row[] = [];
  let bytes = 0;
  for (const [index, row] of rows.entries()) {
    const size = sizes[index] ?? 0;
    if (part.length > 0 && bytes + size > MAX_PART_BYTES) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(row);
    bytes += size;
  }
  yield part;
}
