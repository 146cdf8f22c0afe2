import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SECRET_PART } from '../../../domain/credentials/credential-secret.js';
import type { WebhookSettings } from '../../../domain/matching/webhook-settings.js';
import type { SecretChange, SecretPurpose } from '../../../domain/secrets/secret.js';
import { type OpenWebhook, readOpenWebhooks } from '../../../store/declared/declared-webhooks.js';
import type { SecretStore } from '../../../store/secrets/webhook-secrets.js';

/*
 * Secrets are compared by fingerprints under a key that only this process has. Nothing that follows from a secret is
 * stored beside it, and the time of a comparison says nothing about the secrets.
 */

const KEY = randomBytes(32);

const fingerprint = (secret: string) => createHmac('sha256', KEY).update(secret).digest();

/** Returns those changes that would store another secret, or remove one. */
export function differingSecrets(
  { webhook, secrets }: OpenWebhook,
  changes: readonly SecretChange[],
): readonly SecretChange[] {
  return changes.filter(({ purpose, value }) => {
    if (value === null) return webhook.secrets.some((each) => each.purpose === purpose);
    const stored = secrets.find((each) => each.purpose === purpose);
    return stored === undefined || !timingSafeEqual(fingerprint(stored.value), fingerprint(value));
  });
}

/** Whether a text is the present signing secret of a webhook. */
export async function isPresentSecret(store: SecretStore, id: number, secret: string): Promise<boolean> {
  const stored = (await readOpenWebhooks(store, [id])).get(id);
  return stored !== undefined && differingSecrets(stored, [{ purpose: 'signing', value: secret }]).length === 0;
}

/** The public name of a secret. */
export function fieldOf(purpose: SecretPurpose, { auth }: WebhookSettings): string {
  switch (purpose) {
    case 'signing':
      return 'secret';
    case 'auth':
      return auth ? `auth.${SECRET_PART[auth.type]}` : 'auth';
    case 'tls':
      return 'tls.key';
    default:
      return purpose;
  }
}
