import { readProxyCredentials } from '../../domain/credentials/proxy-credentials.js';
import type { ProxySettings, WebhookSettings } from '../../domain/matching/webhook-settings.js';
import type { OpenSecret } from '../../domain/secrets/secret.js';
import type { ConnectionPath } from './opener.js';
import { tlsProfileOf } from './tls/tls-profile-of.js';

/**
 * Returns the connection path of a receiver, or undefined for the default path. @throws when a secret of the path is
 * missing
 */
export function connectionPathOf(
  settings: WebhookSettings,
  secrets: readonly OpenSecret[],
): ConnectionPath | undefined {
  const tls = settings.tls && tlsProfileOf(settings.tls, secrets);
  const proxy = settings.proxy && proxyOf(settings.proxy, secrets);
  return tls || proxy ? { ...(tls && { tls }), ...(proxy && { proxy }) } : undefined;
}

function proxyOf(proxy: ProxySettings, secrets: readonly OpenSecret[]): NonNullable<ConnectionPath['proxy']> {
  if (proxy === 'none') return proxy;
  const { host, port, login } = proxy;
  if (!login) return { host, port };
  const stored = secrets.find(({ purpose }) => purpose === 'proxy');
  if (!stored) throw new Error('the credentials of its proxy are missing');
  return { host, port, authorization: readProxyCredentials(stored.value) };
}
