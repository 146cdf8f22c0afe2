import { availableParallelism } from 'node:os';
import { loadKeysConfig, loadOptionalConfig } from '../../config/load.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { type Db, makeKnex } from '../../internal/store/postgres/knex.js';
import { whyUnusable } from '../../internal/store/postgres/usable-server.js';
import { databaseSources } from '../database/database-sources.js';
import { explainDatabase } from '../database/explain-database.js';
import { explainFailure } from '../explain-failure.js';
import type { Invocation } from '../invocation.js';
import { type Check, fail, ok, warn } from './check.js';
import { checkKeys } from './check-keys.js';
import { judgeClock } from './clock.js';
import { judgePools } from './pools.js';

const NAME = 'PostgreSQL';

/** The database of the service, if its address is configured here. */
export async function checkPostgres(here: Invocation): Promise<readonly Check[]> {
  const sources = await databaseSources(here);
  const config = readConfig(() => ({ ...loadKeysConfig(sources), ...loadOptionalConfig(sources) }));
  if (typeof config === 'string') return [warn(NAME, `not looked at: ${config}`, 'Run doctor where hukz runs.')];
  const { database } = config;
  const workers = config.workers === 'auto' ? availableParallelism() : config.workers;
  const db = makeKnex(connectionFor(database, `hukz-doctor/${here.version}`), { max: 1 });
  try {
    const facts = await readServer(db);
    const problem = whyUnusable(facts);
    const version = `version ${facts.shown}, ${facts.encoding}`;
    return [
      problem ? fail(NAME, version, problem) : ok(NAME, version),
      judgeClock(NAME, facts),
      ...(await checkSchema(db, { ...database, workers }, facts)),
      ...(await checkKeys(db, config)),
    ];
  } catch (error) {
    return [fail(NAME, explainFailure(explainDatabase(error, database)), 'Check the keys that begin with DATABASE_.')];
  } finally {
    await db.destroy();
  }
}

function readConfig<T>(load: () => T): T | string {
  try {
    return load();
  } catch (error) {
    return explainFailure(error).split('\n')[0] ?? '';
  }
}

async function readServer(db: Db) {
  // The first query also connects.
  await db.raw('select 1');
  const askedMs = Date.now();
  const { rows } = await db.raw(
    `select extract(epoch from clock_timestamp())::float8 * 1000 as "toldMs",
       current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
       current_setting('server_encoding') as encoding, current_setting('max_connections')::int as "maxConnections",
       current_setting('superuser_reserved_connections')::int as reserved,
       to_regclass('instances') is not null as "hasSchema"`,
  );
  const [facts]: {
    toldMs: number;
    version: number;
    shown: string;
    encoding: string;
    maxConnections: number;
    reserved: number;
    hasSchema: boolean;
  }[] = rows;
  if (!facts) throw new Error('PostgreSQL did not answer a query about itself');
  return { ...facts, askedMs, answeredMs: Date.now(), stepMs: 0 };
}

async function checkSchema(
  db: Db,
  pools: { readonly apiPool: number; readonly journalPool: number; readonly workers: number },
  { hasSchema, ...room }: { readonly hasSchema: boolean; readonly maxConnections: number; readonly reserved: number },
): Promise<readonly Check[]> {
  if (!hasSchema)
    return [warn('schema', 'the tables of hukz do not exist', 'Run "hukz migrate", or start the service.')];
  const [counted]: { n: string }[] = await db('instances')
    .whereRaw(`seen_at > now() - interval '30 s'`)
    .count('* as n');
  return [judgePools(pools, { ...room, processes: Number(counted?.n) })];
}
