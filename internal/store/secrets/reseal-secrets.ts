import type { SecretPurpose } from '../../domain/secrets/secret.js';
import { ENVELOPE, ROW_NAME, SEALED_ROW } from './secret-row.js';
import type { SecretStore } from './webhook-secrets.js';

interface Row {
  readonly id: string;
  readonly webhook_id: number;
  readonly purpose: SecretPurpose;
  readonly key_id: string | null;
  readonly sealed: Buffer;
  /** The row that the secret is sealed for now; `name` is the name of its own row. */
  readonly row: string | null;
  readonly name: string;
}

export interface ResealStep {
  /** The next call continues after this id. */
  readonly lastId: string;
  readonly resealed: number;
  /** The reasons why some secrets could not be opened. */
  readonly problems: readonly string[];
}

/**
 * Seals a batch of secrets that were sealed with another key, in the earlier form or not at all, in the order of their
 * ids. Returns undefined when none is left. Only a row that is still as it was read is written, so a secret that is
 * replaced or deleted meanwhile stays replaced or deleted.
 */
export async function resealBatch(
  { db, vault }: SecretStore,
  afterId: string,
  limit: number,
): Promise<ResealStep | undefined> {
  if (vault.keyId === undefined) throw new Error('there is no key to seal with');
  const rows: Row[] = await db('webhook_secrets')
    .whereRaw('(key_id is distinct from ? or envelope < ?) and id > ?', [vault.keyId, ENVELOPE, afterId])
    .orderBy('id')
    .limit(limit)
    .select('id', 'webhook_id', 'purpose', 'key_id', 'sealed', db.raw(`${SEALED_ROW} as row, ${ROW_NAME} as name`));
  const last = rows.at(-1);
  if (!last) return undefined;
  let resealed = 0;
  const problems: string[] = [];
  for (const { id, webhook_id: webhookId, purpose, key_id, sealed, row, name } of rows) {
    let value: string;
    try {
      const secret = { purpose, sealed, keyId: key_id ?? undefined, row: row ?? undefined, expiresAt: undefined };
      ({ value } = vault.open(webhookId, secret));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      continue;
    }
    const fresh = vault.seal({ webhookId, purpose, row: name }, value);
    resealed += await db('webhook_secrets')
      .where({ id, sealed })
      .update({ key_id: fresh.keyId ?? null, envelope: ENVELOPE, sealed: fresh.sealed });
  }
  return { lastId: last.id, resealed, problems };
}
