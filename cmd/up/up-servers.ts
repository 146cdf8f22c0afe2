import { join } from 'node:path';
import pg from 'pg';
import { choosePostgresDirectory } from '../../internal/local/data-directory.js';
import { startNatsServer } from '../../internal/local/nats-server.js';
import { type Postgres, startPostgres } from '../../internal/local/postgres.js';
import { startOnPreferredPort } from './preferred-port.js';
import { startPhase } from './start-phase.js';
import { upDirectory } from './up-state.js';

export interface OwnServersOptions {
  readonly cwd: string;
  /** Settings under their names in the environment. A server that they name is not started. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  say(line: string): void;
}

/** Addresses of the started servers, for people. */
export interface Where {
  readonly database: string | undefined;
  readonly nats: string | undefined;
}

export interface OwnServers {
  /** Settings with the addresses of the started servers. */
  readonly settings: Readonly<Record<string, string>>;
  readonly where: Where;
  stop(): Promise<void>;
}

const DATABASE = 'hukz';

interface Started {
  readonly settings: Readonly<Record<string, string>>;
  readonly where: string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL and nats-server unless their addresses are given, with data under `.hukz/`. Both start at the same
 * time; if one of them fails, the other is stopped.
 */
export async function startOwnServers(options: OwnServersOptions): Promise<OwnServers> {
  const [database, nats] = await Promise.allSettled([startDatabase(options), startNats(options)]);
  const stop = async () => {
    if (nats.status === 'fulfilled') await nats.value.stop();
    if (database.status === 'fulfilled') await database.value.stop();
  };
  if (database.status === 'fulfilled' && nats.status === 'fulfilled') {
    return {
      settings: { ...database.value.settings, ...nats.value.settings },
      where: { database: database.value.where, nats: nats.value.where },
      stop,
    };
  }
  await stop();
  throw [database, nats].find((each) => each.status === 'rejected')?.reason;
}

async function startDatabase({ cwd, environment, say }: OwnServersOptions): Promise<Started> {
  if (environment.HUKZ_DATABASE_HOST) return NOT_OURS;
  const dataDir = await choosePostgresDirectory(join(upDirectory(cwd), 'postgres'));
  const server = await startPhase({
    name: 'PostgreSQL',
    say,
    work: async () => {
      const server = await startOnPreferredPort({ preferred: 5432, whose: 'PostgreSQL', say }, (port) =>
        startPostgres({ dataDir, port }),
      );
      await createDatabase(server);
      return server;
    },
    noteOf: ({ port }) => `on port ${port}, data in ${dataDir}`,
  });
  const { host, port, user, password } = server;
  return {
    settings: {
      HUKZ_DATABASE_HOST: host,
      HUKZ_DATABASE_PORT: String(port),
      HUKZ_DATABASE_USER: user,
      HUKZ_DATABASE_PASSWORD: password,
      HUKZ_DATABASE_NAME: DATABASE,
      HUKZ_DATABASE_SSL_MODE: 'disable',
    },
    where: `postgres://${user}:${password}@${host}:${port}/${DATABASE}`,
    stop: watched('PostgreSQL', server, say),
  };
}

async function startNats({ cwd, environment, say }: OwnServersOptions): Promise<Started> {
  if (environment.HUKZ_NATS_URL) return NOT_OURS;
  const storeDir = join(upDirectory(cwd), 'nats');
  const server = await startPhase({
    name: 'nats-server',
    say,
    work: () =>
      startOnPreferredPort({ preferred: 4222, whose: 'nats-server', say }, (port) =>
        startNatsServer({ jetstream: true, port, storeDir }),
      ),
    noteOf: ({ port }) => `on port ${port}, with JetStream`,
  });
  const { url } = server;
  return { settings: { HUKZ_NATS_URL: url }, where: url, stop: watched('nats-server', server, say) };
}

/** Reports the end of a server that was not stopped: the log of the service shows only that connections were lost. */
function watched(
  name: string,
  { ended, stop }: Pick<Postgres, 'ended' | 'stop'>,
  say: (line: string) => void,
): () => Promise<void> {
  let isStopping = false;
  void ended.then(() => {
    if (!isStopping) say(`${name} has ended: press Ctrl-C, and run "hukz up" again`);
  });
  return () => {
    isStopping = true;
    return stop();
  };
}

const NOT_OURS: Started = { settings: {}, where: undefined, stop: () => Promise.resolve() };

async function createDatabase({ host, port, user, password }: Postgres): Promise<void> {
  const client = new pg.Client({ host, port, user, password, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
