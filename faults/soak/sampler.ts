import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../site.js';
import type { Instance } from '../world/instance.js';
import type { Measure } from './flat.js';

export interface Sampler {
  /** All samples in chronological order. */
  series(): ReadonlyMap<Measure, readonly number[]>;
  stop(): Promise<void>;
}

/** An instance that is never killed, so that its leaks add up. */
export interface Sampled {
  readonly instance: Instance;
  readonly site: Pick<Site, 'cluster' | 'publisher'>;
  /** Reports the last sample as text, from time to time. */
  say(text: string): void;
}

const EVERY_MS = 10_000;
const SAID_EVERY = 6;
const MB = 1 << 20;

/** Autovacuum removes the table's dead rows at 20,000 (migration 0002): up to this number they are no fault. */
const DELIVERIES_DEAD = 20_000;

const level = (name: string, unit: string, slack: number): Measure => ({ name, expectation: 'level', unit, slack });
const growing = (name: string): Measure => ({ name, expectation: 'steady growth', unit: 'MB / 10 s', slack: 0.2 });

const MEMORY = level('resident memory', 'MB', 20);
const DESCRIPTORS = level('descriptors', '', 20);
const OWNED = level('deliveries in memory', '', 1000);
const ROWS = level('deliveries owed', 'rows', 3000);
const DUE = level('oldest due', 's', 10);

/** Tables in which rows are inserted and deleted: their size and their dead rows. */
const LEVEL_TABLES = [
  { table: 'deliveries', megabytes: 8, dead: DELIVERIES_DEAD },
  { table: 'message_ids', megabytes: 8, dead: 20_000 },
  { table: 'instances', megabytes: 1, dead: 1000 },
  { table: 'webhook_health', megabytes: 1, dead: 1000 },
  { table: 'catalog_version', megabytes: 1, dead: 1000 },
  { table: 'dead_letters', megabytes: 1, dead: 1000 },
].map(({ table, megabytes, dead }) => ({
  table,
  size: level(`table ${table}`, 'MB', megabytes),
  dead: level(`dead rows of ${table}`, 'rows', dead),
}));

/** Tables whose rows are kept until a retention time that is longer than any soak. */
const GROWING_TABLES = ['messages', 'webhook_logs', 'events', 'webhooks'].map((table) => ({
  table,
  size: growing(`table ${table}`),
}));

const TABLES = `
  select regexp_replace(relname, '_[0-9]{8}$', '') as table, sum(pg_total_relation_size(relid))::float8 as bytes,
    sum(n_dead_tup)::float8 as dead
  from pg_stat_user_tables group by 1`;

/** Takes a sample every 10 s until it is stopped. */
export function startSampler({ instance, site, say }: Sampled): Sampler {
  const series = new Map<Measure, number[]>();
  const stopped = new AbortController();
  const add = (measure: Measure, value: number) => {
    const values = series.get(measure) ?? [];
    series.set(measure, values);
    values.push(value);
  };

  const sample = async () => {
    const [megabytes, descriptors, owned, due] = await Promise.all([
      instance.megabytes(),
      readdir(`/proc/${instance.pid}/fd`).then((open) => open.length),
      instance.metric('hukz_deliveries_owned'),
      instance.metric('hukz_oldest_due_seconds'),
    ]);
    const [owed] = await site.cluster.query<{ rows: number }>('select count(*)::int as rows from deliveries');
    const rows = await site.cluster.query<{ table: string; bytes: number; dead: number }>(TABLES);
    const tables = new Map(rows.map((row) => [row.table, row]));
    add(MEMORY, megabytes);
    add(DESCRIPTORS, descriptors);
    add(OWNED, owned);
    add(DUE, due);
    add(ROWS, owed?.rows ?? 0);
    for (const { table, size, dead } of LEVEL_TABLES) {
      add(size, (tables.get(table)?.bytes ?? 0) / MB);
      add(dead, tables.get(table)?.dead ?? 0);
    }
    for (const { table, size } of GROWING_TABLES) add(size, (tables.get(table)?.bytes ?? 0) / MB);
  };

  const last = (measure: Measure) => Math.round(series.get(measure)?.at(-1) ?? 0);
  const run = async () => {
    for (let samples = 1; !stopped.signal.aborted; samples++) {
      await sample().catch((error: unknown) => say(`a sample failed: ${String(error)}`));
      if (samples % SAID_EVERY === 1)
        say(
          `${site.publisher.published.length} published, ${last(ROWS)} owed, ${last(MEMORY)} MB, ${last(DESCRIPTORS)} descriptors`,
        );
      await sleep(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };

  const running = run();
  return {
    series: () => series,
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
