import { writeTlsKey } from '../domain/authorisation/tls-key.js';
import type { SecretChange } from '../domain/secret.js';
import type { Webhook } from '../domain/webhook.js';
import { AppError } from '../errors.js';
import { certificatesProblem } from './settings/pem.js';
import type { GivenTls } from './settings/tls-field.js';

/**
 * Authorities that are trusted, and a client's certificate with those between it and its authority. To read one takes
 * 0.1 to 0.3 ms.
 */
const MAX_CERTIFICATES = { ca: 20, certificate: 10 };

/** What becomes of a client certificate's key. A stored one stays with the certificate that it was given for. */
export function tlsSecrets(current: Webhook | undefined, tls: GivenTls | null | undefined): readonly SecretChange[] {
  if (tls === undefined) return [];
  if (tls) requireLimits(current, tls);
  if (!tls?.settings.certificate) return [{ purpose: 'tls', value: null }];
  if (tls.key !== undefined) return [{ purpose: 'tls', value: writeTlsKey(tls.key), hint: '' }];
  if (tls.settings.certificate === current?.settings.tls?.certificate) return [];
  throw new AppError('unprocessable', 'tls.key is a required field beside a new certificate', 'tls');
}

/** What the webhook has already may be sent back as it was read: nothing is made worse by that. */
function requireLimits(current: Webhook | undefined, { settings }: GivenTls): void {
  for (const part of ['ca', 'certificate'] as const) {
    const pem = settings[part];
    if (!pem || pem === current?.settings.tls?.[part]) continue;
    const problem = certificatesProblem(pem, { now: Date.now(), maxCount: MAX_CERTIFICATES[part] });
    if (problem) throw new AppError('unprocessable', `tls.${part}: ${problem}`, 'tls');
  }
}
