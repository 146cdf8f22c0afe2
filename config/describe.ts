import { describeProxies } from '../internal/domain/egress/egress-proxies.js';
import type { LogFields } from '../internal/logger.js';
import type { Config } from './config.js';
import { withoutSecrets } from './schema.js';

/** The effective configuration for the log at the start. Of a secret it shows only whether it is set. */
export function describeConfig(config: Config): LogFields {
  const { proxy, proxies, noProxy } = config.egress;
  const shown = withoutSecrets(config, setOrUnset) as Config;
  return inSnakeCase({
    ...shown,
    encryptionKeys: config.encryptionKeys.map(({ id }) => id),
    nats: { ...shown.nats, servers: config.nats.servers },
    egress: {
      ...shown.egress,
      allowRanges: config.egress.allowRanges.map(({ text }) => text),
      denyRanges: config.egress.denyRanges.map(({ text }) => text),
      denyHosts: config.egress.denyHosts.map(({ text }) => text),
      nat64Prefixes: config.egress.nat64Prefixes.map(({ text }) => text),
      noProxy: noProxy.texts,
      proxy: describeProxy(proxy),
      proxies: proxies ? describeProxies(proxies) : 'none',
    },
  });
}

function describeProxy(proxy: Config['egress']['proxy']): unknown {
  if (proxy === undefined || proxy === 'none') return proxy ?? 'unset';
  return { host: proxy.host, port: proxy.port, authorization: setOrUnset(proxy.authorization) };
}

function setOrUnset(secret: unknown): 'set' | 'unset' {
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
