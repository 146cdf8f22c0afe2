import type { Db } from '../postgres/knex.js';
import { ENVELOPE } from './secret-row.js';

/** Number of secrets that are stored under a key. */
export interface StoredKey {
  /** Undefined means that the secrets are not encrypted. */
  readonly keyId: string | undefined;
  readonly secrets: number;
  /**
   * Number of these secrets that are not encrypted, or in the form of earlier versions. `ENCRYPTION_STRICT` refuses
   * them.
   */
  readonly refused: number;
}

interface Row {
  readonly key_id: string | null;
  readonly secrets: number;
  readonly refused: number;
}

/** Counts secrets by key, in the order of the keys' names. Secrets that are not encrypted come last. */
export async function countByKey(db: Db): Promise<readonly StoredKey[]> {
  const isRefused = `key_id is null or envelope < ${ENVELOPE}`;
  const rows: Row[] = await db('webhook_secrets')
    .groupBy('key_id')
    .orderByRaw('key_id nulls last')
    .select('key_id', db.raw(`count(*)::int as secrets, (count(*) filter (where ${isRefused}))::int as refused`));
  return rows.map(({ key_id, ...counts }) => ({ keyId: key_id ?? undefined, ...counts }));
}
