import { join } from 'node:path';
import pg from 'pg';
import { choosePostgresDirectory } from '../internal/local/data-directory.js';
import { startNatsServer } from '../internal/local/nats-server.js';
import { startPostgres } from '../internal/local/postgres.js';
import { upDirectory } from './up-state.js';
import { startOnUsualPort } from './usual-port.js';

export interface OwnServersOptions {
  readonly cwd: string;
  /** The settings by their names in the environment. What they point to is not started. */
  readonly given: Readonly<Record<string, string | undefined>>;
  say(line: string): void;
}

/** For people: where that is which was started. */
export interface Where {
  readonly database: string | undefined;
  readonly nats: string | undefined;
}

export interface OwnServers {
  /** The settings that lead to what was started. */
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

/** Starts the PostgreSQL and the nats-server whose addresses are not given, their data below `.hukz/`. */
export async function startOwnServers(options: OwnServersOptions): Promise<OwnServers> {
  const database = await startDatabase(options);
  try {
    const nats = await startNats(options);
    return {
      settings: { ...database.settings, ...nats.settings },
      where: { database: database.where, nats: nats.where },
      async stop() {
        await nats.stop();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function startDatabase({ cwd, given, say }: OwnServersOptions): Promise<Started> {
  if (given.HUKZ_DATABASE_HOST) return NOT_OURS;
  const dataDir = await choosePostgresDirectory(join(upDirectory(cwd), 'postgres'));
  const { host, port, user, password, stop } = await startOnUsualPort(
    { usual: 5432, whose: 'PostgreSQL', say },
    (port) => {
      say(`starting PostgreSQL, its data in ${dataDir} …`);
      return startPostgres({ dataDir, port });
    },
  );
  await createDatabase({ host, port, user, password });
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
    stop,
  };
}

async function startNats({ cwd, given, say }: OwnServersOptions): Promise<Started> {
  if (given.HUKZ_NATS_URL) return NOT_OURS;
  const storeDir = join(upDirectory(cwd), 'nats');
  const { url, stop } = await startOnUsualPort({ usual: 4222, whose: 'nats-server', say }, (port) => {
    say('starting nats-server with JetStream …');
    return startNatsServer({ jetstream: true, port, storeDir });
  });
  return { settings: { HUKZ_NATS_URL: url }, where: url, stop };
}

const NOT_OURS: Started = { settings: {}, where: undefined, stop: () => Promise.resolve() };

async function createDatabase(server: { host: string; port: number; user: string; password: string }): Promise<void> {
  const client = new pg.Client({ ...server, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
