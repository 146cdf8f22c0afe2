import type { SecretPurpose } from '../domain/secret.js';
import type { SecretStore } from './webhook-secrets.js';

interface Row {
  readonly webhook_id: number;
  readonly purpose: SecretPurpose;
  readonly key_id: string;
  readonly sealed: Buffer;
}

/** Of these keys those that do not open the oldest secret under their name: another key had that name. */
export async function findWrongKeys({ db, vault }: SecretStore, keyIds: readonly string[]): Promise<readonly string[]> {
  const rows: Row[] = await db('webhook_secrets')
    .whereIn('key_id', keyIds)
    .distinctOn('key_id')
    .orderBy(['key_id', 'id'])
    .select('webhook_id', 'purpose', 'key_id', 'sealed');
  return rows.filter((row) => !opens(vault, row)).map(({ key_id }) => key_id);
}

function opens(vault: SecretStore['vault'], { webhook_id, purpose, key_id, sealed }: Row): boolean {
  try {
    vault.open(webhook_id, { purpose, keyId: key_id, sealed, expiresAt: undefined });
    return true;
  } catch {
    return false;
  }
}
