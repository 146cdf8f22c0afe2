import { isDeepStrictEqual } from 'node:util';
import { hiddenSecrets, hideSecrets } from '../../domain/secrets/hidden-parts.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import { readSettings, writeSettings } from '../webhooks/stored-settings.js';
import { replaceSecrets, type SecretStore } from './webhook-secrets.js';

interface Row {
  readonly id: number;
  readonly url: string;
  readonly own_settings: unknown;
  readonly deleted_at: Date | null;
}

const COLUMNS = ['id', 'url', 'own_settings', 'deleted_at'] as const;

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
    const destination = destinationOf(row);
    const secrets = row.deleted_at === null ? hiddenSecrets(destination) : [];
    await replaceSecrets(
      { db: trx, vault },
      secrets.map((change) => ({ webhookId: id, change })),
    );
    const { url, settings } = hideSecrets(destination);
    // Members that this version cannot read stay as they are.
    const own_settings = trx.raw('own_settings || ?::jsonb', [writeSettings(settings)]);
    await trx('webhooks').where({ id }).update({ url, own_settings });
  });
}

const destinationOf = ({ url, own_settings }: Row) => ({ url, settings: readSettings(own_settings).settings });

function isClear(row: Row): boolean {
  const destination = destinationOf(row);
  return !isDeepStrictEqual(hideSecrets(destination), destination);
}
