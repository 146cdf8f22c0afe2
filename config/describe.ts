import type { LogFields } from '../internal/logger.js';
import type { Config } from './config.js';

/** The effective configuration for the log at the start: everything, of secrets only whether they are set. */
export function describeConfig(config: Config): LogFields {
  const { password, ...database } = config.database;
  const { userPassword, token, ...nats } = config.nats;
  const { proxy } = config.egress;
  return inSnakeCase({
    ...config,
    database: { ...database, password: setOrUnset(password) },
    metrics: { ...config.metrics, token: setOrUnset(config.metrics.token) },
    encryptionKeys: config.encryptionKeys.map(({ id }) => id),
    egress: {
      ...config.egress,
      allowRanges: config.egress.allowRanges.map(({ text }) => text),
      denyRanges: config.egress.denyRanges.map(({ text }) => text),
      denyHosts: config.egress.denyHosts.map(({ text }) => text),
      nat64Prefixes: config.egress.nat64Prefixes.map(({ text }) => text),
      proxy: withoutLogin(proxy),
    },
    nats: { ...nats, userPassword: setOrUnset(userPassword), token: setOrUnset(token) },
  });
}

function withoutLogin(proxy: Config['egress']['proxy']): LogFields | 'unset' {
  return proxy ? { host: proxy.host, port: proxy.port, authorization: setOrUnset(proxy.authorization) } : 'unset';
}

function setOrUnset(secret: string | undefined): 'set' | 'unset' {
  return secret ? 'set' : 'unset';
}

/** Fields of a log line are written as those of the API are. */
function inSnakeCase(fields: LogFields): LogFields {
  const entries = Object.entries(fields).map(([name, value]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    isRecord(value) ? inSnakeCase(value) : value,
  ]);
  return Object.fromEntries(entries);
}

function isRecord(value: unknown): value is LogFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
