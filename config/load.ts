import type { Config, NatsConfig } from './config.js';
import { ConfigError } from './config-error.js';
import type { GivenValues } from './given-values.js';
import { judge } from './judge.js';
import { type Environment, readEnvironment } from './read-environment.js';
import { NOTHING, readConfigFile } from './read-file.js';
import { ENV_PREFIX, type Key, keyNames, schema } from './schema.js';
import { databaseConfig, logConfig, natsConfig, toConfig, type Values } from './to-config.js';

export interface ConfigSources {
  /** The directory whose `config.yml`, `config.json` or `config.env` is read; absent: no file. */
  readonly cwd?: string | undefined;
  readonly env: Environment;
}

const required = keyNames.filter((key) => schema[key].required);

/** The whole configuration. @throws {ConfigError} with all that is wrong */
export function loadConfig(sources: ConfigSources): Config {
  const check: Check = (...given) => [...samePort(...given), ...strictWithoutKeys(...given), ...databaseTls(...given)];
  return toConfig(loadValues(sources, required, check));
}

/** The address of PostgreSQL and the log settings only, for commands that need nothing else. @throws {ConfigError} */
export function loadDatabaseConfig(sources: ConfigSources): Pick<Config, 'database' | 'log'> {
  const values = loadValues(
    sources,
    required.filter((key) => key.startsWith('DATABASE_')),
    databaseTls,
  );
  return { database: databaseConfig(values), log: logConfig(values) };
}

/** The address of PostgreSQL, and the keys that secrets are encrypted with. @throws {ConfigError} */
export function loadKeysConfig(
  sources: ConfigSources,
): Pick<Config, 'database' | 'encryptionKeys' | 'encryptionStrict'> {
  const values = loadValues(
    sources,
    required.filter((key) => key.startsWith('DATABASE_')),
    databaseTls,
  );
  const { ENCRYPTION_KEYS: encryptionKeys, ENCRYPTION_STRICT: encryptionStrict } = values;
  return { database: databaseConfig(values), encryptionKeys, encryptionStrict };
}

/** The address of NATS only. @throws {ConfigError} */
export function loadNatsConfig(sources: ConfigSources): NatsConfig {
  return natsConfig(loadValues(sources, ['NATS_URL']));
}

/** The log format in which problems with the rest of the configuration are reported. */
export function findLogFormat(sources: ConfigSources): Config['log']['format'] {
  const { values } = readSources(sources);
  return logConfig({
    MODE: values.MODE === 'development' ? values.MODE : 'production',
    LOG_LEVEL: 'info',
    LOG_FORMAT: values.LOG_FORMAT === 'json' || values.LOG_FORMAT === 'pretty' ? values.LOG_FORMAT : 'auto',
  }).format;
}

/** The values of all sources together; the environment takes precedence over the file. */
function readSources({ cwd, env }: ConfigSources): GivenValues {
  const file = cwd === undefined ? NOTHING : readConfigFile(cwd);
  const environment = readEnvironment(env);
  const [below, above] = [meant(file.values), meant(environment.values)];
  const names = { ...file.names, ...pick(environment.names, above) };
  return { values: { ...below, ...above }, names, problems: [...file.problems, ...environment.problems] };
}

type NameOf = (key: Key) => string;
type Check = (values: Values, nameOf: NameOf) => readonly string[];

function loadValues(sources: ConfigSources, needed: readonly Key[], check: Check = () => []): Values {
  const given = readSources(sources);
  const nameOf = (key: Key) => given.names[key] ?? key;
  const missing = needed.filter((key) => given.values[key] === undefined);
  const { values, problems } = judge(given.values, nameOf);
  const all = [
    ...missing.map((key) => `please provide ${key} config param`),
    ...missing.slice(0, 1).map((key) => whereToGive(key, sources.cwd)),
    ...given.problems,
    ...problems,
    ...(problems.length === 0 ? check(values, nameOf) : []),
  ];
  if (all.length > 0) throw new ConfigError(all);
  return values;
}

/** In a line of its own: those before it are the Go service's, to the letter. */
function whereToGive(key: Key, cwd: string | undefined): string {
  const file = cwd === undefined ? '' : `, or as ${key} in config.yml, config.json or config.env in ${cwd}`;
  return `a config param is given as ${ENV_PREFIX}${key} in the environment${file}`;
}

function samePort({ PORT, METRICS_PORT }: Values, nameOf: NameOf): readonly string[] {
  if (PORT !== METRICS_PORT || PORT === 0) return [];
  return [`${nameOf('PORT')} and ${nameOf('METRICS_PORT')} are both ${PORT}: each needs a port of its own`];
}

function strictWithoutKeys({ ENCRYPTION_STRICT, ENCRYPTION_KEYS }: Values, nameOf: NameOf): readonly string[] {
  if (!ENCRYPTION_STRICT || ENCRYPTION_KEYS.length > 0) return [];
  return [`${nameOf('ENCRYPTION_STRICT')} is on and ENCRYPTION_KEYS is empty: there is no key to encrypt secrets with`];
}

/** Refuses TLS files that would not be used, because the operator believes that the connection is authenticated. */
function databaseTls(values: Values, nameOf: NameOf): readonly string[] {
  const files = (['DATABASE_SSL_ROOT_CERT', 'DATABASE_SSL_CERT', 'DATABASE_SSL_KEY'] as const).filter(
    (key) => values[key],
  );
  if (values.DATABASE_SSL_MODE === 'disable' && files.length > 0)
    return files.map((key) => `${nameOf(key)} is given and DATABASE_SSL_MODE is disable: set it to verify-full`);
  if (!values.DATABASE_SSL_CERT === !values.DATABASE_SSL_KEY) return [];
  const [given, missing] = values.DATABASE_SSL_CERT ? (['CERT', 'KEY'] as const) : (['KEY', 'CERT'] as const);
  return [`${nameOf(`DATABASE_SSL_${given}`)} needs DATABASE_SSL_${missing}: a certificate and its key go together`];
}

type Given = Readonly<Partial<Record<Key, string>>>;

/** Empty text counts as absent, except for a password and for a schedule without retries. */
function meant(given: Given): Given {
  const mayBeEmpty = (key: string) => key === 'DATABASE_PASSWORD' || key === 'RETRY_SCHEDULE';
  return Object.fromEntries(Object.entries(given).filter(([key, text]) => text !== '' || mayBeEmpty(key)));
}

function pick(names: Given, of: Given): Given {
  return Object.fromEntries(Object.entries(names).filter(([key]) => key in of));
}
