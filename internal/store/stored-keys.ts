import type { Db } from './knex.js';

/** How many secrets lie there under a key. */
export interface StoredKey {
  /** undefined: they are not encrypted. */
  readonly keyId: string | undefined;
  readonly secrets: number;
}

/** By key, in order of their names; what is not encrypted last. */
export async function countByKey(db: Db): Promise<readonly StoredKey[]> {
  const rows: { key_id: string | null; secrets: string }[] = await db('webhook_secrets')
    .groupBy('key_id')
    .orderByRaw('key_id nulls last')
    .select('key_id')
    .count('* as secrets');
  return rows.map(({ key_id, secrets }) => ({ keyId: key_id ?? undefined, secrets: Number(secrets) }));
}
