import type { OpenSecret, SecretPurpose } from '../../domain/secrets/secret.js';
import { SEALED_ROW } from './secret-row.js';
import type { SecretStore } from './webhook-secrets.js';

interface Row {
  readonly webhook_id: number;
  readonly purpose: SecretPurpose;
  readonly key_id: string | null;
  readonly sealed: Buffer;
  readonly row: string | null;
}

/**
 * Opens the valid secrets of webhooks by one query, newest first, or only those with one of the purposes. A secret that
 * cannot be opened, because its key is missing, is left out.
 */
export async function openSecretsOf(
  { db, vault }: SecretStore,
  webhookIds: readonly number[],
  purposes?: readonly SecretPurpose[],
): Promise<ReadonlyMap<number, readonly OpenSecret[]>> {
  const rows: Row[] = await db('webhook_secrets')
    .whereRaw('webhook_id = any(?::int[])', [[...webhookIds]])
    .modify((query) => void (purposes && query.whereIn('purpose', [...purposes])))
    .whereRaw('(expires_at is null or expires_at > now())')
    .orderBy('id', 'desc')
    .select('webhook_id', 'purpose', 'key_id', 'sealed', db.raw(`${SEALED_ROW} as row`));
  const found = new Map<number, OpenSecret[]>();
  for (const { webhook_id, purpose, key_id, sealed, row } of rows) {
    try {
      const secret = { purpose, sealed, keyId: key_id ?? undefined, row: row ?? undefined, expiresAt: undefined };
      const opened = vault.open(webhook_id, secret);
      found.set(webhook_id, [...(found.get(webhook_id) ?? []), opened]);
    } catch {}
  }
  return found;
}
