import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findFreePort } from '../../local/free-port.js';
import { type Postgres, startPostgres } from '../../local/postgres.js';
import { postgresAccount } from '../../local/postgres-account.js';
import { copyAsStandby } from '../../local/standby.js';
import { migrate } from '../../store/postgres/migrate.js';
import { eventually } from '../eventually.js';
import { makeTestLogger } from '../kits/test-logger.js';
import { runAsAdmin } from './test-server.js';

export interface ReplicatedDatabase {
  readonly primary: Postgres;
  readonly standby: Postgres;
  readonly name: string;
  /** Makes sessions on the primary read-only from now on, as after a switchover. */
  makePrimaryReadOnly(): Promise<void>;
  /** Makes the standby accept writes, once it has all data of the primary. */
  promote(): Promise<void>;
  sql<R extends object>(on: Postgres, text: string): Promise<R[]>;
  stop(): Promise<void>;
}

const NAME = 'replicated';

/** A migrated database on a primary with a standby. Both belong to the caller alone. */
export async function startReplicatedDatabase(): Promise<ReplicatedDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'hukz-test-replicated-'));
  await chmod(directory, 0o755);
  if (await postgresAccount()) await chmod(directory, 0o777);
  const [first, second] = [join(directory, 'first'), join(directory, 'second')];
  const port = await findFreePort();
  const seed = await startPostgres({ dataDir: first, port, fsync: false });
  await runAsAdmin(seed, `create database ${NAME}`);
  const { host, user, password } = seed;
  await migrate({ host, port, user, password, database: NAME }, 'up', makeTestLogger());
  await seed.stop();
  await copyAsStandby({ from: first, to: second, primaryPort: port });
  const primary = await startPostgres({ dataDir: first, port, fsync: false });
  const standby = await startPostgres({ dataDir: second, fsync: false });

  const sql = async <R extends object>({ port: at }: Postgres, text: string): Promise<R[]> => {
    const client = new pg.Client({ host, port: at, user, password, database: NAME });
    await client.connect();
    try {
      return (await client.query<R>(text)).rows;
    } finally {
      await client.end();
    }
  };
  const position = async (on: Postgres, expression: string) =>
    (await sql<{ at: string }>(on, `select ${expression}::text as at`))[0]?.at;
  await eventually(async () => (await sql(primary, 'select from pg_stat_replication')).length === 1, {
    what: 'the standby follows',
  });
  return {
    primary,
    standby,
    name: NAME,
    sql,
    async makePrimaryReadOnly() {
      await sql(primary, 'alter system set default_transaction_read_only = on');
      await sql(primary, 'select pg_reload_conf()');
    },
    async promote() {
      const isAlive = await position(primary, 'pg_current_wal_lsn()').catch(() => undefined);
      if (isAlive) {
        const behind = async () =>
          (await sql<{ done: boolean }>(standby, `select pg_last_wal_replay_lsn() >= '${isAlive}' as done`))[0]?.done;
        await eventually(behind, { what: 'the standby has all that the primary had' });
      }
      await sql(standby, 'select pg_promote()');
    },
    async stop() {
      await standby.kill();
      await primary.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
