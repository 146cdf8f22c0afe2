import type { Config } from '../../config/config.js';
import { describeConfig } from '../../config/describe.js';
import { loadConfig, renamedKeys } from '../../config/load.js';
import { openDatabase } from '../../internal/app/open/open-database.js';
import { findFreePort } from '../../internal/local/free-port.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { makeKnex } from '../../internal/store/postgres/knex.js';
import { makeLogger } from '../../internal/winston-logger.js';
import type { Invocation } from '../invocation.js';
import { type Ports, runService } from '../serve/run-service.js';
import { ensureUpToken } from './ensure-token.js';
import { placeOf } from './place-of.js';
import { preferredPort } from './preferred-port.js';
import { phaseLine, startPhase } from './start-phase.js';
import type { OwnServers, Where } from './up-servers.js';
import { writeUpState } from './up-state.js';
import { welcome } from './up-welcome.js';

export interface Around {
  readonly asked: Promise<NodeJS.Signals>;
  /** Settings under their names in the environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly servers: Pick<OwnServers, 'settings' | 'where'>;
  say(line: string): void;
}

const DEFAULTS = {
  HUKZ_AUTH: 'token',
  HUKZ_MODE: 'development',
  HUKZ_HOST: '127.0.0.1',
  HUKZ_QUEUE_GROUP: 'hukz',
  HUKZ_INTAKE: 'jetstream',
  HUKZ_WEBHOOK_LISTENERS: 'true',
};

/** Runs the service with the servers of `hukz up`, until it is asked to stop. */
export async function runUpService(here: Invocation, { asked, environment, servers, say }: Around): Promise<void> {
  const ports = {
    HUKZ_PORT: environment.HUKZ_PORT ?? String(await preferredPort(8000, 'the API', say)),
    HUKZ_METRICS_PORT: environment.HUKZ_METRICS_PORT ?? String(await preferredPort(8001, '/metrics', say)),
  };
  // No file is read: config.yml may describe another environment, and the one of a fresh clone contains samples.
  const env = { ...DEFAULTS, ...environment, ...ports, ...servers.settings };
  const sources = { env, commandEnv: here.env };
  const config = loadConfig(sources);
  const logger = makeLogger(config.log);
  logger.debug('app.starting', { version: here.version, ...describeConfig(config) });
  for (const renamed of renamedKeys(sources)) logger.warn('config.renamed', { ...renamed });
  if (!(await migrateFirst(here, config, { asked, say }))) return;
  const newToken = config.api.logins.token ? await ensureToken(here, config) : undefined;
  const startedMs = performance.now();
  await runService({
    config,
    logger,
    version: here.version,
    migrate: false,
    asked,
    async onStarted(app) {
      const nowMs = performance.now();
      say(phaseLine('ready', nowMs - startedMs, `${(nowMs / 1000).toFixed(1)} s in total`));
      await announce(here, config, { app, where: servers.where, newToken, say });
    },
  });
}

/** Migrates the schema in a separate phase. Returns false if a stop was requested before PostgreSQL was available. */
async function migrateFirst(here: Invocation, config: Config, { asked, say }: Pick<Around, 'asked' | 'say'>) {
  const stopping = new AbortController();
  void asked.then(() => stopping.abort());
  // There is one line per phase: the line of this phase counts the migrations, so the log need not list them.
  const logger = makeLogger({ ...config.log, level: config.log.level === 'debug' ? 'debug' : 'warn' });
  const connection = connectionFor(config.database, `hukz-migrate/${here.version}`);
  const work = () => openDatabase({ connection, migrate: true, logger, signal: stopping.signal });
  const noteOf = ({ length }: readonly string[]) => (length === 0 ? 'nothing to migrate' : `${length} applied`);
  try {
    await startPhase({ name: 'migrations', say, work, noteOf });
    return true;
  } catch (error) {
    if (stopping.signal.aborted) return false;
    throw error;
  }
}

/** Returns the text of the token of `up` if it is new. */
async function ensureToken(here: Invocation, { database }: Config): Promise<string | undefined> {
  const db = makeKnex(connectionFor(database, `hukz-up/${here.version}`), { max: 1 });
  try {
    return await ensureUpToken(db, here.cwd);
  } finally {
    await db.destroy();
  }
}

interface Announced {
  readonly app: Ports;
  readonly where: Where;
  readonly newToken: string | undefined;
  say(line: string): void;
}

/** Announces all addresses: to people, and to commands that run at the same time. */
async function announce(here: Invocation, config: Config, { app, where, newToken, say }: Announced): Promise<void> {
  const api = `http://${reachable(config.host)}:${app.port}`;
  const metrics = `http://${reachable(config.metrics.host)}:${app.metricsPort}/metrics`;
  const { user, host, hosts, port, name, sslMode, sslRootCert, sslCert, sslKey } = config.database;
  await writeUpState(here.cwd, {
    pid: process.pid,
    api,
    metrics,
    mode: config.mode,
    acceptsTokens: config.api.logins.token,
    nats: config.nats.servers,
    database: {
      HUKZ_DATABASE_HOST: hosts.length > 1 ? placeOf(config.database) : host,
      HUKZ_DATABASE_PORT: String(port),
      HUKZ_DATABASE_NAME: name,
      HUKZ_DATABASE_USER: user,
      HUKZ_DATABASE_SSL_MODE: sslMode,
      ...(sslRootCert && { HUKZ_DATABASE_SSL_ROOT_CERT: sslRootCert }),
      ...(sslCert && { HUKZ_DATABASE_SSL_CERT: sslCert }),
      ...(sslKey && { HUKZ_DATABASE_SSL_KEY: sslKey }),
      // The password of the server that `up` started is no secret: it is fixed, and `up` prints it.
      ...(where.database && { HUKZ_DATABASE_PASSWORD: config.database.password }),
    },
  });
  const database = where.database ?? `postgres://${user}@${placeOf(config.database)}/${name}, as configured`;
  const nats = where.nats ?? `${config.nats.servers.join(', ')}, as configured`;
  // Only a terminal shows the token: what is written elsewhere stays in a log.
  const login = config.api.logins.token ? { token: process.stdout.isTTY ? newToken : undefined } : 'user';
  say(welcome({ api, login, metrics, database, nats, receiverPort: await findFreePort(9000) }));
}

const reachable = (host: string) => (host === '0.0.0.0' ? '127.0.0.1' : host);
