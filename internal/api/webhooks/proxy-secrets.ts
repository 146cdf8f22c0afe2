import { isDeepStrictEqual } from 'node:util';
import { writeProxyCredentials } from '../../domain/credentials/proxy-credentials.js';
import type { SecretChange } from '../../domain/secrets/secret.js';
import { AppError } from '../../errors.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import type { ProxyInput } from './settings/proxy-field.js';

/** Returns the change of a proxy's credentials. Stored credentials stay with the proxy that they were given for. */
export function proxySecrets(
  current: Webhook | undefined,
  proxy: ProxyInput | null | undefined,
): readonly SecretChange[] {
  if (proxy === undefined) return [];
  if (!proxy || proxy.settings === 'none' || !proxy.settings.login) return [{ purpose: 'proxy', value: null }];
  if (proxy.login !== undefined) return [{ purpose: 'proxy', value: writeProxyCredentials(proxy.login), hint: '' }];
  if (isDeepStrictEqual(proxy.settings, current?.settings.proxy)) return [];
  throw new AppError(
    current ? 'conflict' : 'unprocessable',
    'proxy: user and password are required for another proxy',
    'proxy',
  );
}
