import { advance, type ConsumerPosition, type Sighting } from '../../domain/consumer-position.js';
import { exclusively } from './exclusively.js';
import type { JournalPool, Statement } from './journal-pool.js';

/** A durable consumer, by its names. */
export interface NamedConsumer {
  readonly stream: string;
  readonly consumer: string;
}

export interface SeenConsumer extends NamedConsumer {
  readonly sighting: Sighting;
}

export interface KnownPositions {
  /** Names this database as it is now: another one after a failover, a restart or a restore. */
  readonly database: string;
  /** In the order that was asked for. */
  readonly positions: readonly (ConsumerPosition | undefined)[];
}

const LOAD: Statement = {
  text: `
    select extract(epoch from pg_postmaster_start_time()) || '/' || 'stream_positions'::regclass::oid as database,
      p.stream_created as "streamCreated", p.consumer_created as "consumerCreated", p.acknowledged::float8, p.passed::float8,
      p.deliveries::float8
    from unnest($1::text[], $2::text[]) with ordinality as asked(stream, consumer, no)
    left join stream_positions p using (stream, consumer)
    order by asked.no`,
};

const SAVE: Statement = {
  text: `
    insert into stream_positions (stream, consumer, stream_created, consumer_created, acknowledged, passed, deliveries)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
    on conflict (stream, consumer) do update set stream_created = excluded.stream_created,
      consumer_created = excluded.consumer_created, acknowledged = excluded.acknowledged, passed = excluded.passed,
      deliveries = excluded.deliveries, seen_at = now()`,
};

type LoadRow = { readonly database: string } & { readonly [K in keyof ConsumerPosition]: ConsumerPosition[K] | null };

export function loadPositions(pool: JournalPool, consumers: readonly NamedConsumer[]): Promise<KnownPositions> {
  return load(pool.run, consumers);
}

/**
 * Writes what was seen of consumers, and answers for each how many messages are found to be gone unread. By one process at a
 * time, so that each of them is counted once. Undefined, and nothing is written, where the database is not the one that was
 * loaded from: it may have gone back, and what is acknowledged may not be in it.
 */
export function recordSightings(
  pool: JournalPool,
  database: string,
  seen: readonly SeenConsumer[],
): Promise<readonly number[] | undefined> {
  return exclusively(pool, 'positions', async (run) => {
    const known = await load(run, seen);
    if (known.database !== database) return undefined;
    const advances = seen.map(({ sighting }, index) => advance(known.positions[index], sighting));
    const changed = seen.flatMap(({ stream, consumer }, index) => {
      const before = known.positions[index];
      const after = advances[index]?.position;
      return after && !isSame(before, after) ? [{ stream, consumer, ...after }] : [];
    });
    if (changed.length > 0) await save(run, changed);
    return advances.map(({ gap }) => gap);
  });
}

async function load(run: JournalPool['run'], consumers: readonly NamedConsumer[]): Promise<KnownPositions> {
  const rows = await run<LoadRow>(LOAD, [consumers.map((one) => one.stream), consumers.map((one) => one.consumer)]);
  return { database: rows[0]?.database ?? '', positions: rows.map(toPosition) };
}

async function save(run: JournalPool['run'], rows: readonly (NamedConsumer & ConsumerPosition)[]): Promise<void> {
  await run(SAVE, [
    rows.map((row) => row.stream),
    rows.map((row) => row.consumer),
    rows.map((row) => row.streamCreated),
    rows.map((row) => row.consumerCreated),
    rows.map((row) => row.acknowledged),
    rows.map((row) => row.passed),
    rows.map((row) => row.deliveries),
  ]);
}

function toPosition({ database: _, ...row }: LoadRow): ConsumerPosition | undefined {
  return row.streamCreated === null ? undefined : (row as ConsumerPosition);
}

/** An idle service writes nothing. */
function isSame(before: ConsumerPosition | undefined, after: ConsumerPosition): boolean {
  return (
    before !== undefined &&
    before.acknowledged === after.acknowledged &&
    before.passed === after.passed &&
    before.deliveries === after.deliveries &&
    before.consumerCreated === after.consumerCreated &&
    before.streamCreated === after.streamCreated
  );
}
