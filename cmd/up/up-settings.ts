import type { Environment } from '../../config/read-environment.js';
import { ENV_PREFIX, keyNames } from '../../config/schema.js';

/** Other keys are common words (`PORT`, `HOST`, `MODE`) that an environment may contain for other programs. */
const PLAIN = /^(DATABASE_|NATS_|QUEUE_GROUP$)/;
/** Other programs have an `AUTH` too, and its value may be a secret of theirs. */
const LOGINS = /^ *(?:x-user|token) *(?:, *(?:x-user|token) *)*$/;

/**
 * Returns the settings in the environment. Those for PostgreSQL and NATS, and AUTH, may also have names without the
 * prefix.
 */
export function environmentSettings(env: Environment): Record<string, string | undefined> {
  const isOurs = (key: string) => PLAIN.test(key) || (key === 'AUTH' && LOGINS.test(env.AUTH ?? ''));
  const plain = keyNames.filter((key) => isOurs(key) && env[key]).map((key) => [`${ENV_PREFIX}${key}`, env[key]]);
  const prefixed = Object.entries(env).filter(([name, text]) => name.startsWith(ENV_PREFIX) && text !== '');
  return Object.fromEntries([...plain, ...prefixed]);
}
