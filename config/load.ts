import convict from 'convict';
import type { Config, NatsConfig } from './config.js';
import { ConfigError } from './config-error.js';
import './formats.js';
import { type Environment, readEnvironment } from './read-environment.js';
import { readConfigFile } from './read-file.js';
import { type Key, keyNames, schema } from './schema.js';
import { natsConfig, toConfig, type Values } from './to-config.js';

export interface ConfigSources {
  /** The directory whose `config.yml`, `config.json` or `config.env` is read; absent: no file. */
  readonly cwd?: string | undefined;
  readonly env: Environment;
}

const required = keyNames.filter((key) => schema[key].required);

/** The whole configuration. @throws {ConfigError} with all that is wrong */
export function loadConfig(sources: ConfigSources): Config {
  return toConfig(loadValues(sources, required));
}

/** Only where NATS is, for commands that need nothing else. @throws {ConfigError} */
export function loadNatsConfig(sources: ConfigSources): NatsConfig {
  return natsConfig(loadValues(sources, ['NATS_URL']));
}

function loadValues(sources: ConfigSources, needed: readonly Key[]): Values {
  const file = sources.cwd === undefined ? { values: {}, problems: [] } : readConfigFile(sources.cwd);
  const environment = readEnvironment(sources.env);
  const given = { ...meant(file.values), ...meant(environment.values) };
  const missing = needed.filter((key) => given[key] === undefined);
  const { values, problems } = judge(meant(file.values), meant(environment.values), given);
  const all = [
    ...missing.map((key) => `please provide ${key} config param`),
    ...file.problems,
    ...environment.problems,
    ...problems,
  ];
  if (all.length > 0) throw new ConfigError(all);
  return values;
}

type Given = Readonly<Partial<Record<Key, string>>>;

/** An empty text is nobody's value, except of a password and of a schedule without retries. */
function meant(given: Given): Given {
  const mayBeEmpty = (key: string) => key === 'DATABASE_PASSWORD' || key === 'RETRY_SCHEDULE';
  return Object.fromEntries(Object.entries(given).filter(([key, text]) => text !== '' || mayBeEmpty(key)));
}

/** Lets convict lay the environment over the file over the defaults, read every text and judge every value. */
function judge(file: Given, environment: Given, given: Given): { values: Values; problems: readonly string[] } {
  const asked = Object.fromEntries(
    keyNames.filter((key) => given[key] !== undefined || !schema[key].required).map((key) => [key, schema[key]]),
  );
  const env = Object.fromEntries(Object.entries(environment).map(([key, text]) => [schema[key as Key].env, text]));
  const judged = convict<Record<string, unknown>>(asked as convict.Schema<Record<string, unknown>>, { env, args: [] });
  judged.load(file);
  try {
    judged.validate({ allowed: 'strict' });
    return { values: judged.getProperties() as unknown as Values, problems: [] };
  } catch (error) {
    return { values: {} as Values, problems: (error as Error).message.split('\n') };
  }
}
