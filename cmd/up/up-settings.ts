import type { Environment } from '../../config/read-environment.js';
import { ENV_PREFIX, keyNames } from '../../config/schema.js';

/** Other keys are common words (`PORT`, `HOST`, `MODE`) that an environment may contain for other programs. */
const PLAIN = /^(DATABASE_|NATS_|QUEUE_GROUP$|AUTH$)/;

/**
 * Returns the settings in the environment. Those for PostgreSQL and NATS, and AUTH, may also have names without the
 * prefix.
 */
export function environmentSettings(env: Environment): Record<string, string | undefined> {
  const plain = keyNames.filter((key) => PLAIN.test(key) && env[key]).map((key) => [`${ENV_PREFIX}${key}`, env[key]]);
  const prefixed = Object.entries(env).filter(([name, text]) => name.startsWith(ENV_PREFIX) && text !== '');
  return Object.fromEntries([...plain, ...prefixed]);
}
