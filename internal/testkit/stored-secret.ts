import type { SealedSecret, SecretPurpose } from '../domain/secrets/secret.js';
import type { Db } from '../store/postgres/knex.js';
import { SEALED_ROW } from '../store/secrets/secret-row.js';

/** The stored secrets of a webhook for a purpose, newest first, as the vault decrypts them. */
export async function storedSecrets(
  db: Db,
  webhookId: number,
  purpose: SecretPurpose,
): Promise<readonly SealedSecret[]> {
  const rows = await db('webhook_secrets')
    .where({ webhook_id: webhookId, purpose })
    .orderBy('id', 'desc')
    .select('key_id', 'sealed', db.raw(`${SEALED_ROW} as row`));
  return rows.map(({ key_id, sealed, row }) => ({
    purpose,
    sealed,
    keyId: key_id ?? undefined,
    row: row ?? undefined,
    expiresAt: undefined,
  }));
}
