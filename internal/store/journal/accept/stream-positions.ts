import {
  advance,
  type ConsumerPosition,
  type Sighting,
  type StoredPosition,
} from '../../../domain/streams/consumer-position.js';
import { exclusively } from '../exclusively.js';
import type { JournalPool, Statement } from '../journal-pool.js';

/** A durable consumer, by its names. */
export interface NamedConsumer {
  readonly stream: string;
  readonly consumer: string;
}

/** The part of its stream that a consumer reads. */
interface Filtered {
  /** The consumer's only subject; undefined if it reads the whole stream. */
  readonly filter: string | undefined;
}

export interface SeenConsumer extends NamedConsumer, Filtered {
  readonly sighting: Sighting;
  /** The version of a row that is not intact, up to which the journal was compared with the stream. */
  readonly examined: string | undefined;
}

/**
 * `gap` is the number of messages that are gone unread. `unexamined` means that nothing was written, because the
 * journal has to be compared with the stream first.
 */
export type Recorded = { readonly gap: number } | 'unexamined';

/** This value differs after a failover, a restart, and a restore of the table. */
const HERE = `extract(epoch from pg_postmaster_start_time()) || '/' || 'stream_positions'::regclass::oid`;

const LOAD: Statement = {
  text: `
    select p.stream_created as "streamCreated", p.consumer_created as "consumerCreated", p.acknowledged::float8,
      p.passed::float8, p.deliveries::float8, p.filter, p.written_in = ${HERE} and p.written_by = p.xmin::text::bigint as "isIntact",
      ${HERE} || '/' || p.xmin::text as version
    from unnest($1::text[], $2::text[]) with ordinality as asked(stream, consumer, no)
    left join stream_positions p using (stream, consumer)
    order by asked.no`,
};

const SAVE: Statement = {
  text: `
    insert into stream_positions as p
      (stream, consumer, stream_created, consumer_created, acknowledged, passed, deliveries, filter, written_in, written_by)
    select input.*, ${HERE}, txid_current() % 4294967296
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) as input
    on conflict (stream, consumer) do update set stream_created = excluded.stream_created,
      consumer_created = excluded.consumer_created, acknowledged = excluded.acknowledged, passed = excluded.passed,
      deliveries = excluded.deliveries, filter = excluded.filter, written_in = excluded.written_in, written_by = excluded.written_by, seen_at = now()`,
};

/**
 * The row is not intact: the first instance that handles it compares the journal with the stream before it writes a
 * position.
 */
const SUPPOSE: Statement = {
  text: `
    insert into stream_positions
      (stream, consumer, stream_created, consumer_created, acknowledged, passed, deliveries, filter, written_in, written_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'supposed', 0)
    on conflict do nothing`,
};

type StoredRow = StoredPosition & { readonly filter: string | null };
type LoadRow = { readonly [K in keyof StoredRow]: StoredRow[K] | null };

const LIST: Statement = {
  text: `
    select stream, consumer, stream_created as "streamCreated", filter,
      floor(extract(epoch from seen_at) * 1000)::float8 as "seenAt"
    from stream_positions`,
};

export interface ListedConsumer extends NamedConsumer {
  readonly streamCreated: string;
  /** Null if the consumer reads its whole stream, or its row is older than migration 0025. */
  readonly filter: string | null;
  /** The time of the last change of its position, in milliseconds since 1970. */
  readonly seenAt: number;
}

/** Lists all consumers that have a row. */
export function listConsumers(pool: JournalPool): Promise<readonly ListedConsumer[]> {
  return pool.run<ListedConsumer>(LIST, []);
}

const FORGET: Statement = { text: 'delete from stream_positions where stream = $1 and consumer = $2' };

/** Deletes the row of a consumer that was removed. */
export async function forgetPosition(pool: JournalPool, { stream, consumer }: NamedConsumer): Promise<void> {
  await pool.run(FORGET, [stream, consumer]);
}

/** Loads positions in the order of the request. */
export function loadPositions(
  pool: JournalPool,
  consumers: readonly NamedConsumer[],
): Promise<readonly (StoredPosition | undefined)[]> {
  return load(pool.run, consumers);
}

/**
 * Writes the observed states of consumers, and returns for each, in their order, how many messages are gone unread. One
 * process at a time does this, so that each lost message is counted once.
 */
export function recordSightings(pool: JournalPool, seen: readonly SeenConsumer[]): Promise<readonly Recorded[]> {
  return exclusively(pool, 'positions', async (run) => {
    const known = await load(run, seen);
    const changed: (NamedConsumer & Filtered & ConsumerPosition)[] = [];
    const recorded = seen.map(({ stream, consumer, filter, sighting, examined }, index): Recorded => {
      const before = known[index];
      if (before ? !before.isIntact && before.version !== examined : hasAcknowledged(sighting)) return 'unexamined';
      const { position, gap } = advance(before, sighting);
      const isSameFilter = (before?.filter ?? undefined) === filter;
      if (!before?.isIntact || !isSameFilter || !isSame(before, position))
        changed.push({ stream, consumer, filter, ...position });
      return { gap };
    });
    if (changed.length > 0) await save(run, changed);
    return recorded;
  });
}

/** Writes the position of a consumer that has no row, marked as not intact. */
export async function supposePosition(
  pool: JournalPool,
  row: NamedConsumer & Filtered & ConsumerPosition,
): Promise<void> {
  const { stream, consumer, streamCreated, consumerCreated, acknowledged, passed, deliveries, filter = null } = row;
  await pool.run(SUPPOSE, [stream, consumer, streamCreated, consumerCreated, acknowledged, passed, deliveries, filter]);
}

async function load(
  run: JournalPool['run'],
  consumers: readonly NamedConsumer[],
): Promise<readonly (StoredRow | undefined)[]> {
  const rows = await run<LoadRow>(LOAD, [consumers.map((one) => one.stream), consumers.map((one) => one.consumer)]);
  return rows.map((row) => (row.streamCreated === null ? undefined : (row as StoredRow)));
}

async function save(
  run: JournalPool['run'],
  rows: readonly (NamedConsumer & Filtered & ConsumerPosition)[],
): Promise<void> {
  await run(SAVE, [
    rows.map((row) => row.stream),
    rows.map((row) => row.consumer),
    rows.map((row) => row.streamCreated),
    rows.map((row) => row.consumerCreated),
    rows.map((row) => row.acknowledged),
    rows.map((row) => row.passed),
    rows.map((row) => row.deliveries),
    rows.map((row) => row.filter ?? null),
  ]);
}

/** A consumer that has delivered nothing yet begins at its configured start. Earlier messages are not for hukz. */
const hasAcknowledged = ({ acknowledged, deliveries }: Sighting) => acknowledged > 0 && deliveries > 0;

/** An idle service writes nothing. */
const isSame = (before: ConsumerPosition, after: ConsumerPosition) =>
  before.acknowledged === after.acknowledged &&
  before.passed === after.passed &&
  before.deliveries === after.deliveries &&
  before.consumerCreated === after.consumerCreated &&
  before.streamCreated === after.streamCreated;
