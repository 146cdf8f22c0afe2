import type { LogFields } from '../internal/logger.js';
import type { Config } from './config.js';

/** The effective configuration for the log at the start: everything, of secrets only whether they are set. */
export function describeConfig(config: Config): LogFields {
  const { password, ...database } = config.database;
  const { userPassword, token, ...nats } = config.nats;
  return {
    ...config,
    database: { ...database, password: setOrUnset(password) },
    nats: { ...nats, userPassword: setOrUnset(userPassword), token: setOrUnset(token) },
  };
}

function setOrUnset(secret: string | undefined): 'set' | 'unset' {
  return secret ? 'set' : 'unset';
}
