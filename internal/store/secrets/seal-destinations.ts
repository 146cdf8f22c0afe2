import { isDeepStrictEqual } from 'node:util';
import { hiddenSecrets, hideSecrets } from '../../domain/secrets/hidden-parts.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import type { WebhookRow } from '../webhooks/webhook-row.js';
import { replaceSecrets, type SecretStore } from './webhook-secrets.js';

type Row = Pick<WebhookRow, 'id' | 'url' | 'settings' | 'deleted_at'>;

const COLUMNS = ['id', 'url', 'settings', 'deleted_at'] as const;

/**
 * Finds webhooks whose url or headers contain secrets that are not stored apart, in the order of their ids. `lastId` is
 * the last webhook that was looked at.
 */
export async function findClearDestinations(
  db: Db,
  afterId: number,
  limit: number,
): Promise<{ readonly lastId: number; readonly ids: readonly number[] } | undefined> {
  const rows: Row[] = await db('webhooks').where('id', '>', afterId).orderBy('id').limit(limit).select(COLUMNS);
  const last = rows.at(-1);
  return last && { lastId: last.id, ids: rows.filter(isClear).map(({ id }) => id) };
}

/** Stores the secret parts of a webhook's url and headers apart. Those of a deleted webhook are discarded. */
export async function sealDestination({ db, vault }: SecretStore, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row: Row | undefined = await trx('webhooks').where({ id }).forUpdate().first(COLUMNS);
    if (!row || !isClear(row)) return;
    if (row.deleted_at === null) await replaceSecrets({ db: trx, vault }, id, hiddenSecrets(row));
    const { url, settings } = hideSecrets(row);
    await trx('webhooks')
      .where({ id })
      .update({ url, settings: JSON.stringify(settings) });
  });
}

function isClear({ url, settings }: Row): boolean {
  return !isDeepStrictEqual(hideSecrets({ url, settings }), { url, settings });
}
