import type { EncryptionKey, SecretPurpose } from '../../domain/secrets/secret.js';
import type { Db } from '../postgres/knex.js';
import { SEALED_ROW } from './secret-row.js';
import { makeVault, type Vault } from './vault.js';

interface Row {
  readonly webhook_id: number;
  readonly purpose: SecretPurpose;
  readonly key_id: string;
  readonly sealed: Buffer;
  readonly row: string | null;
}

/** Returns those keys that do not open the oldest secret stored under their name, because another key had that name. */
export async function findWrongKeys(db: Db, keys: readonly EncryptionKey[]): Promise<readonly string[]> {
  // The vault is not strict: a strict one may refuse secrets that the right key opens.
  const vault = makeVault(keys);
  const keyIds = keys.map(({ id }) => id);
  const rows: Row[] = await db('webhook_secrets')
    .whereIn('key_id', keyIds)
    .distinctOn('key_id')
    .orderBy(['key_id', 'id'])
    .select('webhook_id', 'purpose', 'key_id', 'sealed', db.raw(`${SEALED_ROW} as row`));
  return rows.filter((row) => !opens(vault, row)).map(({ key_id }) => key_id);
}

function opens(vault: Vault, { webhook_id, purpose, key_id, sealed, row }: Row): boolean {
  try {
    vault.open(webhook_id, { purpose, keyId: key_id, sealed, row: row ?? undefined, expiresAt: undefined });
    return true;
  } catch {
    return false;
  }
}
