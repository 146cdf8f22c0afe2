import type { SecretPurpose } from '../domain/secret.js';
import type { SecretStore } from './webhook-secrets.js';

interface Row {
  readonly id: string;
  readonly webhook_id: number;
  readonly purpose: SecretPurpose;
  readonly key_id: string | null;
  readonly sealed: Buffer;
}

export interface ResealStep {
  /** Go on after this one. */
  readonly lastId: string;
  readonly resealed: number;
  /** Why some could not be opened. */
  readonly problems: readonly string[];
}

/**
 * Seals a batch of what was sealed otherwise with the first key, in order of ids; undefined when none is left. Whoever
 * replaces or deletes a secret meanwhile wins: only what still is as it was read is written.
 */
export async function resealBatch(
  { db, vault }: SecretStore,
  afterId: string,
  limit: number,
): Promise<ResealStep | undefined> {
  if (vault.keyId === undefined) throw new Error('there is no key to seal with');
  const rows: Row[] = await db('webhook_secrets')
    .whereRaw('key_id is distinct from ? and id > ?', [vault.keyId, afterId])
    .orderBy('id')
    .limit(limit)
    .select('id', 'webhook_id', 'purpose', 'key_id', 'sealed');
  const last = rows.at(-1);
  if (!last) return undefined;
  let resealed = 0;
  const problems: string[] = [];
  for (const { id, webhook_id: webhookId, purpose, key_id, sealed } of rows) {
    let value: string;
    try {
      ({ value } = vault.open(webhookId, { purpose, sealed, keyId: key_id ?? undefined, expiresAt: undefined }));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      continue;
    }
    const fresh = vault.seal({ webhookId, purpose }, value);
    resealed += await db('webhook_secrets')
      .where({ id, sealed })
      .update({ key_id: fresh.keyId ?? null, sealed: fresh.sealed });
  }
  return { lastId: last.id, resealed, problems };
}
