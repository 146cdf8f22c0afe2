import { createHash } from 'node:crypto';
import { readTlsKey } from '../../../domain/credentials/tls-key.js';
import type { TlsSettings } from '../../../domain/matching/webhook-settings.js';
import type { OpenSecret } from '../../../domain/secrets/secret.js';
import type { TlsProfile } from './tls-profile.js';

/** Returns the TLS profile for a receiver. @throws when the key of its certificate is missing */
export function tlsProfileOf({ ca, certificate, insecure }: TlsSettings, secrets: readonly OpenSecret[]): TlsProfile {
  const stored = secrets.find(({ purpose }) => purpose === 'tls');
  if (certificate && !stored) throw new Error('the key of its certificate is missing');
  const key = certificate && stored && readTlsKey(stored.value);
  return {
    id: profileId([ca, certificate, key, insecure]),
    ...(ca && { ca }),
    ...(certificate && key && { cert: certificate, key }),
    ...(insecure && { insecure }),
  };
}

/** Equal parts share connections, even after another setting of the webhook has changed. */
export const profileId = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64');
