import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import pg from 'pg';
import { Catalog, type CatalogChanges } from '../../internal/domain/matching/catalog.js';
import { MessageHead } from '../../internal/domain/matching/message-view.js';
import { startPostgres } from '../../internal/local/postgres.js';
import { loadCatalogChanges } from '../../internal/store/catalog/catalog-changes.js';
import { makeJournalPool } from '../../internal/store/journal/journal-pool.js';
import { migrate } from '../../internal/store/postgres/migrate.js';
import { makeLogger } from '../../internal/winston-logger.js';
import { createDatabase, type DatabaseAddress } from './database.js';

// `npm run build && node --expose-gc dist/bench/load/matching.js` measures the catalog alone; see docs/performance.md.

const WEBHOOKS = 100_000;
const EVENTS = 10_000;
const SUBJECT = 'a.b';
const NOTHING = { deletedEventIds: [], deletedWebhookIds: [], spaces: [] };

const SEED = [
  `insert into events (name, event, tags, created_by_id, updated_by_id) values ('one', '${SUBJECT}', '{}', 1, 1)`,
  `insert into events (name, event, tags, created_by_id, updated_by_id)
   select 'e' || n, case n % 3 when 0 then 'w' || n || '.*.x' when 1 then 'x.' || n || '.>' else '*.y' || n end, '{}', 1, 1
   from generate_series(2, ${EVENTS}) n`,
  `insert into webhooks (name, url, enabled, tags, space_id, created_by_id, updated_by_id)
   select 'w' || n, 'https://receiver.example/hooks/' || n, true,
     jsonb_build_object('customer', 'c' || n, 'plan', 'p' || n % 10), n % 1000, 1, 1
   from generate_series(1, ${WEBHOOKS}) n`,
  // The trigger is disabled because it would update each webhook once more.
  'alter table webhook_events disable trigger user',
  'insert into webhook_events (webhook_id, event_id) select id, (select min(id) from events) from webhooks',
  'analyze',
];

async function seed(address: DatabaseAddress): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  for (const statement of SEED) await client.query(statement);
  await client.end();
}

async function measureLoading(address: DatabaseAddress): Promise<Catalog> {
  const pool = makeJournalPool(address, 1, makeLogger({ level: 'error', format: 'json' }));
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const catalog = new Catalog();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  loop.enable();
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  await loadCatalogChanges(pool, new Catalog(), (part: CatalogChanges) => catalog.apply(part));
  const { user, system } = process.cpuUsage(cpu);
  say('loaded', `${Math.round(performance.now() - from)} ms, ${Math.round((user + system) / 1000)} ms of CPU`);
  loop.disable();
  say('longest stall of the event loop', `${(loop.max / 1e6).toFixed(1)} ms`);
  globalThis.gc?.();
  say('memory per webhook', `${Math.round((process.memoryUsage().heapUsed - before) / WEBHOOKS)} bytes`);
  await pool.stop();
  return catalog;
}

function measureMatching(large: Catalog): void {
  const small = new Catalog();
  const few = Array.from({ length: 10 }, (_, n) => large.webhook(n + 1)).filter((one) => one !== undefined);
  small.apply({ ...NOTHING, version: 1, events: [{ id: few[0]?.eventIds[0] ?? 0, subject: SUBJECT }], webhooks: few });
  const one = new MessageHead(SUBJECT, [['Hukz-Tag', 'customer:c7']], 0);
  const many = new MessageHead(SUBJECT, [['Hukz-Tag', 'plan:p3']], 0);
  for (let warm = 0; warm < 2; warm++) {
    const [ofFew, ofMany] = [timeOf(200_000, small, one), timeOf(200_000, large, one)];
    if (warm === 0) continue;
    say('a tag that selects 1 of 10', `${ofFew.toFixed(2)} µs`);
    say('a tag that selects 1 of 100,000', `${ofMany.toFixed(2)} µs`);
    say('a tag that selects 10,000 of 100,000', `${(timeOf(50, large, many) / 1000).toFixed(1)} ms`);
  }
}

function timeOf(count: number, catalog: Catalog, message: MessageHead): number {
  const from = performance.now();
  for (let n = 0; n < count; n++) catalog.match(message);
  return ((performance.now() - from) * 1000) / count;
}

const say = (what: string, figure: string) => process.stdout.write(`${what.padEnd(40)} ${figure}\n`);

const dataDir = await mkdtemp(join(tmpdir(), 'hukz-bench-'));
const server = await startPostgres({ dataDir });
try {
  const { host, port, user, password } = server;
  const address = { host, port, user, password, database: 'matching' };
  await createDatabase(address);
  await migrate(address, 'up', makeLogger({ level: 'error', format: 'json' }));
  await seed(address);
  measureMatching(await measureLoading(address));
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
