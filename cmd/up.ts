import { describeConfig } from '../config/describe.js';
import { type ConfigSources, loadConfig, renamedKeys } from '../config/load.js';
import { findFreePort } from '../internal/local/free-port.js';
import { makeLogger } from '../internal/logger.js';
import { CommandFailed } from './command-failed.js';
import type { Invocation } from './invocation.js';
import { placeOf } from './place-of.js';
import { runService } from './run-service.js';
import { untilSignal } from './until-signal.js';
import { startOwnServers, type Where } from './up-servers.js';
import { givenSettings } from './up-settings.js';
import { findUpState, removeUpState, writeUpState } from './up-state.js';
import { welcome } from './up-welcome.js';
import { usualPort } from './usual-port.js';

/** `hukz up`: PostgreSQL and nats-server, unless their addresses are given, and the service, until Ctrl-C. */
export async function up(here: Invocation): Promise<void> {
  const asked = untilSignal();
  await refuseSecond(here.cwd);
  const given = givenSettings(here.env);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const servers = await startOwnServers({ cwd: here.cwd, given, say });
  try {
    const ports = {
      HUKZ_PORT: given.HUKZ_PORT ?? String(await usualPort(8000, 'the API', say)),
      HUKZ_METRICS_PORT: given.HUKZ_METRICS_PORT ?? String(await usualPort(8001, '/metrics', say)),
    };
    // No file is read: config.yml may describe another place, and what is in a fresh clone holds samples.
    const sources = { env: { ...DEFAULTS, ...given, ...ports, ...servers.settings } };
    await run(here, sources, { asked, where: servers.where, say });
  } finally {
    await removeUpState(here.cwd);
    await servers.stop();
  }
  process.exit(0);
}

const DEFAULTS = {
  HUKZ_MODE: 'development',
  HUKZ_HOST: '127.0.0.1',
  HUKZ_QUEUE_GROUP: 'hukz',
  HUKZ_INTAKE: 'jetstream',
};

interface Around {
  readonly asked: Promise<NodeJS.Signals>;
  readonly where: Where;
  say(line: string): void;
}

async function run(here: Invocation, sources: ConfigSources, { asked, where, say }: Around): Promise<void> {
  const config = loadConfig(sources);
  const logger = makeLogger(config.log);
  logger.debug('app.starting', { version: here.version, ...describeConfig(config) });
  for (const renamed of renamedKeys(sources)) logger.warn('config.renamed', { ...renamed });
  await runService({
    config,
    logger,
    version: here.version,
    migrate: true,
    asked,
    async onStarted(app) {
      const api = `http://${reachable(config.host)}:${app.port}`;
      const metrics = `http://${reachable(config.metrics.host)}:${app.metricsPort}/metrics`;
      const { user, host: databaseHost, hosts, port, name, sslMode, sslRootCert, sslCert, sslKey } = config.database;
      await writeUpState(here.cwd, {
        pid: process.pid,
        api,
        metrics,
        nats: config.nats.servers,
        database: {
          HUKZ_DATABASE_HOST: hosts.length > 1 ? placeOf(config.database) : databaseHost,
          HUKZ_DATABASE_PORT: String(port),
          HUKZ_DATABASE_NAME: name,
          HUKZ_DATABASE_USER: user,
          HUKZ_DATABASE_SSL_MODE: sslMode,
          ...(sslRootCert && { HUKZ_DATABASE_SSL_ROOT_CERT: sslRootCert }),
          ...(sslCert && { HUKZ_DATABASE_SSL_CERT: sslCert }),
          ...(sslKey && { HUKZ_DATABASE_SSL_KEY: sslKey }),
          // Of its own server everybody knows it, and `up` prints it.
          ...(where.database && { HUKZ_DATABASE_PASSWORD: config.database.password }),
        },
      });
      const database = where.database ?? `postgres://${user}@${placeOf(config.database)}/${name}, as given`;
      const nats = where.nats ?? `${config.nats.servers.join(', ')}, as given`;
      say(welcome({ api, metrics, database, nats, receiverPort: await findFreePort(9000) }));
    },
  });
}

const reachable = (host: string) => (host === '0.0.0.0' ? '127.0.0.1' : host);

/** Two could not share one data directory. The number of a killed one may meanwhile be another program's. */
async function refuseSecond(cwd: string): Promise<void> {
  const other = await findUpState(cwd);
  const answers =
    other && (await fetch(`${other.api}/ping`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined));
  if (other && answers?.ok) throw new CommandFailed(`hukz up runs here already (process ${other.pid}): ${other.api}`);
}
