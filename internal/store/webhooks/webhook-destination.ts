import { isDeepStrictEqual } from 'node:util';
import { type Destination, hiddenSecrets, hideSecrets, revealSecrets } from '../../domain/secrets/hidden-parts.js';
import type { SecretChange } from '../../domain/secrets/secret.js';
import type { Db } from '../postgres/knex.js';
import { openSecretsOf } from '../secrets/open-secrets.js';
import { hasOldInstances } from '../secrets/secret-row.js';
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

/** As `destinationFor`, but leaves unchanged secrets as they are. */
export function changedDestination({ stored, current, next }: DestinationChange, mayHide: boolean): StoredDestination {
  const destination = destinationFor(next, mayHide);
  const isUrlKept = next.url === current.url && destination.url === stored.url;
  const areHeadersKept =
    isDeepStrictEqual(next.settings.headers, current.settings.headers) &&
    isDeepStrictEqual(destination.settings.headers, stored.settings.headers);
  const kept = new Set<string>([...(isUrlKept ? ['url'] : []), ...(areHeadersKept ? ['headers'] : [])]);
  return { ...destination, secrets: destination.secrets.filter(({ purpose }) => !kept.has(purpose)) };
}

type Identified = Destination & { readonly id: number };

/** Returns the destinations of webhooks as requests are made to them. A secret that cannot be opened stays hidden. */
export async function openDestinations(
  store: SecretStore,
  webhooks: readonly Identified[],
): Promise<(webhook: Identified) => Destination> {
  const ids = webhooks.map(({ id }) => id);
  const secretsOf = await openSecretsOf(store, ids, ['url', 'headers']);
  return ({ id, url, settings }) => revealSecrets({ url, settings }, secretsOf.get(id) ?? []);
}
