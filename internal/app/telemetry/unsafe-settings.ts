import { isIP } from 'node:net';
import type { Config } from '../../../config/config.js';
import type { Degradation } from '../../domain/streams/degradation.js';

const IS_LOOPBACK = /^(?:127\.|::1$|::ffff:127\.|localhost$)/i;

/** Whether the API believes X-User in production, on an address that other machines may reach. */
export function trustsUsers({ mode, host, api }: Pick<Config, 'mode' | 'host' | 'api'>): boolean {
  const isLocal = IS_LOOPBACK.test(host) && (isIP(host) > 0 || host.toLowerCase() === 'localhost');
  return mode === 'production' && api.logins.user && !isLocal;
}

/** Settings of a production that an operator should change. The log has a line for each at the start. */
export function unsafeSettings(
  config: Pick<Config, 'mode' | 'host' | 'api' | 'encryptionKeys'>,
): readonly Degradation[] {
  return [...(trustsUsers(config) ? [usersTrusted()] : []), ...(storesClearSecrets(config) ? [notEncrypted()] : [])];
}

const storesClearSecrets = ({ mode, encryptionKeys }: Pick<Config, 'mode' | 'encryptionKeys'>) =>
  mode === 'production' && encryptionKeys.length === 0;

function notEncrypted(): Degradation {
  const problem =
    'The secrets of webhooks are stored unencrypted, because ENCRYPTION_KEYS is empty. Set it, then run "hukz keys rotate": ' +
    'docs/security.md.';
  return { reason: 'secrets_not_encrypted', problem };
}

function usersTrusted(): Degradation {
  const problem =
    'Every program that reaches this API can act as any user, because it believes X-User (AUTH=x-user). Keep it behind ' +
    'a gateway that sets the header, or use AUTH=token: docs/security.md.';
  return { reason: 'x_user_trusted', problem };
}
