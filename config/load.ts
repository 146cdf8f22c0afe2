import { type Config, databaseConfig, logConfig, type NatsConfig, natsConfig, toConfig } from './config.js';
import { ConfigError } from './config-error.js';
import { judge } from './judge.js';
import { isOpenToOthers } from './jwt-formats.js';
import { type Environment, readEnvironment } from './read-environment.js';
import { NOTHING, readConfigFile } from './read-file.js';
import { type ConfigValues, ENV_PREFIX, keyNames, keys } from './schema.js';
import { readSecretCommand } from './secrets/secret-command.js';
import type { SourceValues, Texts } from './source-values.js';
import { readEnvironmentProxies } from './sources/environment-proxies.js';

export interface ConfigSources {
  /** The directory whose `config.yml`, `config.json`, `config.env` or another of these is read; absent: no file. */
  readonly cwd?: string | undefined;
  readonly env: Environment;
  /** The environment of commands that print secrets. Absent: `env`. */
  readonly commandEnv?: Environment;
}

const required = keys.filter(({ value }) => value.required).map(({ name }) => name);
const ofDatabase = required.filter((key) => key.startsWith('DATABASE_'));
const ofNats = keyNames.filter((key) => key.startsWith('NATS_'));

/** The whole configuration. @throws {ConfigError} with all that is wrong */
export function loadConfig(sources: ConfigSources): Config {
  const { proxies, problems } = readEnvironmentProxies(sources.env);
  const check: Check = (...given) => [
    ...samePort(...given),
    ...strictWithoutKeys(...given),
    ...databaseTls(...given),
    ...wholeJwt(...given),
    ...(given[0].egress.proxy === undefined ? problems : []),
  ];
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: folders } = sources.env;
  const authorities = { ...(file && { file }), ...(folders && { folders }) };
  return toConfig(loadValues(sources, { needed: required, uses: keyNames, check }), {
    authorities,
    ...(proxies && { proxies }),
  });
}

/** The address of PostgreSQL and the log settings only, for commands that need nothing else. @throws {ConfigError} */
export function loadDatabaseConfig(sources: ConfigSources): Pick<Config, 'database' | 'log'> {
  const values = loadValues(sources, { needed: ofDatabase, uses: ofDatabase, check: databaseTls });
  return { database: databaseConfig(values), log: logConfig(values) };
}

/** The address of PostgreSQL, and the keys that secrets are encrypted with. @throws {ConfigError} */
export function loadKeysConfig(
  sources: ConfigSources,
): Pick<Config, 'database' | 'encryptionKeys' | 'encryptionStrict'> {
  const uses = [...ofDatabase, 'ENCRYPTION_KEYS'];
  const values = loadValues(sources, { needed: ofDatabase, uses, check: databaseTls });
  const { encryptionKeys, encryptionStrict } = values;
  return { database: databaseConfig(values), encryptionKeys, encryptionStrict };
}

/** The address of NATS only. @throws {ConfigError} */
export function loadNatsConfig(sources: ConfigSources): NatsConfig {
  return natsConfig(loadValues(sources, { needed: ['NATS_URL'], uses: ofNats }));
}

/** Loads those parts of a configuration that need no required key. @throws {ConfigError} */
export function loadOptionalConfig(
  sources: ConfigSources,
): Pick<ConfigValues, 'egress' | 'mode' | 'stream' | 'workers'> {
  return loadValues(sources, { needed: [], uses: [] });
}

/** Keys that are given under the name that they had in earlier versions, each with its present name. */
export function renamedKeys(sources: ConfigSources): readonly { readonly given: string; readonly now: string }[] {
  const { names } = readSources(sources);
  return keys.flatMap(({ name, value }) => {
    const given = names[name];
    return value.formerly && given?.toUpperCase().includes(value.formerly) ? [{ given, now: name }] : [];
  });
}

/** A sentence for each part that is ignored, or understood in another way than it may have been meant. */
export function configWarnings(sources: ConfigSources): readonly string[] {
  const { values, warnings } = readSources(sources);
  const { MODE: mode = 'production', EGRESS_PROXY: proxy } = values;
  const isOther = mode !== 'development' && mode !== 'production';
  return [
    ...warnings,
    ...(isOther ? [`MODE is ${JSON.stringify(mode)}, which is not development: the mode is production`] : []),
    ...(proxy === undefined ? readEnvironmentProxies(sources.env).warnings : []),
  ];
}

/** The log format in which problems with the rest of the configuration are reported. */
export function findLogFormat(sources: ConfigSources): Config['log']['format'] {
  const { values } = readSources(sources);
  const { MODE: mode, LOG_FORMAT: format } = values;
  return logConfig({
    mode: mode === 'development' ? mode : 'production',
    log: { level: 'info', format: format === 'json' || format === 'pretty' ? format : 'auto' },
  }).format;
}

/** The values of all sources together; the environment takes precedence over the file. */
function readSources({ cwd, env }: ConfigSources, needed: readonly string[] = required): SourceValues {
  const environment = readEnvironment(env);
  const above = withoutEmpty(environment.values);
  const { commands } = environment;
  const isGiven = (key: string) => above[key] !== undefined || commands[key] !== undefined;
  const isNeeded = !needed.every(isGiven);
  const file = cwd === undefined ? NOTHING : readConfigFile(cwd, { isNeeded, env });
  const below = withoutEmpty(file.values);
  return {
    values: { ...withoutKeys(below, commands), ...above },
    commands,
    names: { ...file.names, ...pick(environment.names, { ...above, ...commands }) },
    problems: [...file.problems, ...environment.problems],
    warnings: [...file.warnings, ...environment.warnings],
  };
}

type NameOf = (key: string) => string;
type Check = (values: ConfigValues, nameOf: NameOf) => readonly string[];

interface Wanted {
  /** The keys that must have a value. */
  readonly needed: readonly string[];
  /** The keys whose values the caller uses. A command that prints another one is not run. */
  readonly uses: readonly string[];
  readonly check?: Check;
}

function loadValues(sources: ConfigSources, { needed, uses, check = () => [] }: Wanted): ConfigValues {
  const given = readSources(sources, needed);
  const nameOf = (key: string) => given.names[key] ?? key;
  const missing = needed.filter((key) => given.values[key] === undefined && given.commands[key] === undefined);
  const printed = runCommands(pick(given.commands, new Set(uses)), { nameOf, env: sources.commandEnv ?? sources.env });
  const { values, problems: judged } = judge({ ...given.values, ...printed.values }, nameOf);
  const problems = [...printed.problems, ...judged];
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

function runCommands(
  commands: Texts,
  { nameOf, env }: { nameOf: NameOf; env: Environment },
): Pick<SourceValues, 'values' | 'problems'> {
  const values: Partial<Record<string, string>> = {};
  const problems: string[] = [];
  for (const [key, command = ''] of Object.entries(commands)) {
    const printed = readSecretCommand(command, { env });
    if (printed.ok) values[key] = printed.value;
    else problems.push(`${nameOf(key)}: ${printed.problem}`);
  }
  return { values, problems };
}

/** In a line of its own: those before it are the Go service's, to the letter. */
function whereToGive(key: string, cwd: string | undefined): string {
  const file = cwd === undefined ? '' : `, or as ${key} in config.yml, config.json or config.env in ${cwd}`;
  return `a config param is given as ${ENV_PREFIX}${key} in the environment${file}`;
}

function samePort({ port, metrics }: ConfigValues, nameOf: NameOf): readonly string[] {
  if (port !== metrics.port || port === 0) return [];
  return [`${nameOf('PORT')} and ${nameOf('METRICS_PORT')} are both ${port}: each needs a port of its own`];
}

function strictWithoutKeys({ encryptionStrict, encryptionKeys }: ConfigValues, nameOf: NameOf): readonly string[] {
  if (!encryptionStrict || encryptionKeys.length > 0) return [];
  return [`${nameOf('ENCRYPTION_STRICT')} is on and ENCRYPTION_KEYS is empty: there is no key to encrypt secrets with`];
}

/** A key without the others would accept nothing, or JWTs that were made for other services. */
function wholeJwt({ jwt, api, mode }: ConfigValues, nameOf: NameOf): readonly string[] {
  const { jwksUrl, issuer, audiences } = jwt;
  const given = Object.entries({ AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audiences[0] });
  const missing = given.filter(([, value]) => value === undefined).map(([name]) => name);
  const names = given.filter(([, value]) => value !== undefined).map(([name]) => nameOf(name));
  if (names.length === 0) return [];
  if (missing.length > 0) return [`${names.join(' and ')} given without ${missing.join(' and ')}: JWTs need all three`];
  if (!api.logins.token) return [`${nameOf('AUTH_JWKS_URL')} is given and AUTH accepts no tokens: add token to AUTH`];
  if (mode === 'development' || jwksUrl === undefined || !isOpenToOthers(jwksUrl)) return [];
  return [`${nameOf('AUTH_JWKS_URL')} must begin with https:// in production, because its keys decide who may do what`];
}

/** Refuses TLS files that would not be used, because the operator believes that the connection is authenticated. */
function databaseTls({ database }: ConfigValues, nameOf: NameOf): readonly string[] {
  const { sslMode, sslRootCert, sslCert, sslKey } = database;
  const files = Object.entries({ ROOT_CERT: sslRootCert, CERT: sslCert, KEY: sslKey }).filter(([, path]) => path);
  if (sslMode === 'disable' && files.length > 0)
    return files.map(
      ([name]) => `${nameOf(`DATABASE_SSL_${name}`)} is given and DATABASE_SSL_MODE is disable: set it to verify-full`,
    );
  if (!sslCert === !sslKey) return [];
  const [given, missing] = sslCert ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
  return [`${nameOf(`DATABASE_SSL_${given}`)} needs DATABASE_SSL_${missing}: a certificate and its key go together`];
}

/** An empty text counts as not given, except for a password and for a schedule without retries. */
function withoutEmpty(given: Texts): Texts {
  const mayBeEmpty = (key: string) => key === 'DATABASE_PASSWORD' || key === 'RETRY_SCHEDULE';
  return Object.fromEntries(Object.entries(given).filter(([key, text]) => text !== '' || mayBeEmpty(key)));
}

function pick(texts: Texts, of: Texts | ReadonlySet<string>): Texts {
  const has = (key: string) => (of instanceof Set ? of.has(key) : key in of);
  return Object.fromEntries(Object.entries(texts).filter(([key]) => has(key)));
}

function withoutKeys(texts: Texts, of: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => !(key in of)));
}
