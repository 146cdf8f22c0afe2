import { isDeepStrictEqual } from 'node:util';
import { type Destination, hiddenSecrets, hideSecrets, revealSecrets } from '../../domain/secrets/hidden-parts.js';
import type { OpenSecret, SecretChange } from '../../domain/secrets/secret.js';
import type { Db } from '../postgres/knex.js';
import { hasOldInstances, SEALED_ROW } from '../secrets/secret-row.js';
import type { SecretStore } from '../secrets/webhook-secrets.js';

/** The destination as it is stored in `webhooks`, and the secrets that are stored beside it in `webhook_secrets`. */
export interface StoredDestination extends Destination {
  readonly secrets: readonly SecretChange[];
}

/**
 * Separates the secret parts of a url and settings, as they are stored. An instance of an earlier version would send to
 * the url with its parts hidden, so nothing is hidden while such an instance runs.
 */
export async function storedDestination(trx: Db, destination: Destination): Promise<StoredDestination> {
  return destinationFor(destination, hidesSecrets(destination) && !(await hasOldInstances(trx)));
}

/** Whether a part of the destination is a secret. */
export const hidesSecrets = ({ url, settings }: Destination): boolean =>
  hiddenSecrets({ url, settings }).some(({ value }) => value !== null);

/** @param mayHide false while an instance of an earlier version runs */
export function destinationFor({ url, settings }: Destination, mayHide: boolean): StoredDestination {
  const secrets = hiddenSecrets({ url, settings });
  if (!mayHide) return { url, settings, secrets: secrets.map(({ purpose }) => ({ purpose, value: null })) };
  return { ...hideSecrets({ url, settings }), secrets };
}

interface DestinationChange {
  readonly stored: Destination;
  /** `stored` with its secret parts. */
  readonly current: Destination;
  readonly next: Destination;
}

/** As `storedDestination`, but leaves unchanged secrets as they are. */
export async function changedDestination(
  trx: Db,
  { stored, current, next }: DestinationChange,
): Promise<StoredDestination> {
  const destination = await storedDestination(trx, next);
  const isUrlKept = next.url === current.url && destination.url === stored.url;
  const areHeadersKept =
    isDeepStrictEqual(next.settings.headers, current.settings.headers) &&
    isDeepStrictEqual(destination.settings.headers, stored.settings.headers);
  const kept = new Set<string>([...(isUrlKept ? ['url'] : []), ...(areHeadersKept ? ['headers'] : [])]);
  return { ...destination, secrets: destination.secrets.filter(({ purpose }) => !kept.has(purpose)) };
}

/** Returns the destination as requests are made to it. A secret that cannot be opened stays hidden. */
export async function openDestination(
  { db, vault }: SecretStore,
  { id, url, settings }: Destination & { readonly id: number },
): Promise<Destination> {
  const rows = await db('webhook_secrets')
    .where({ webhook_id: id })
    .whereIn('purpose', ['url', 'headers'])
    .select('purpose', 'key_id', 'sealed', db.raw(`${SEALED_ROW} as row`));
  const secrets = rows.flatMap(({ purpose, key_id, sealed, row }): readonly OpenSecret[] => {
    const secret = { purpose, sealed, keyId: key_id ?? undefined, row: row ?? undefined, expiresAt: undefined };
    try {
      return [vault.open(id, secret)];
    } catch {
      return [];
    }
  });
  return revealSecrets({ url, settings }, secrets);
}
