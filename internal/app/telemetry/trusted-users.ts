import { isIP } from 'node:net';
import type { Config } from '../../../config/config.js';
import type { Degradation } from '../../domain/streams/degradation.js';

const IS_LOOPBACK = /^(?:127\.|::1$|::ffff:127\.|localhost$)/i;

/** Whether the API believes X-User in production, on an address that other machines may reach. */
export function trustsUsers({ mode, host, api }: Pick<Config, 'mode' | 'host' | 'api'>): boolean {
  const isLocal = IS_LOOPBACK.test(host) && (isIP(host) > 0 || host.toLowerCase() === 'localhost');
  return mode === 'production' && api.logins.user && !isLocal;
}

/** The log has a line at the start. */
export function usersTrusted(isTrusted: boolean): readonly Degradation[] {
  if (!isTrusted) return [];
  const problem =
    'Every program that reaches this API can act as any user, because it believes X-User (AUTH=x-user). Keep it behind ' +
    'a gateway that sets the header, or use AUTH=token: docs/security.md.';
  return [{ reason: 'x_user_trusted', problem }];
}
