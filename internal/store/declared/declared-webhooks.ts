import { revealSecrets } from '../../domain/secrets/hidden-parts.js';
import type { OpenSecret } from '../../domain/secrets/secret.js';
import type { Db } from '../postgres/knex.js';
import { openSecretsOf } from '../secrets/open-secrets.js';
import type { SecretStore } from '../secrets/webhook-secrets.js';
import type { Webhook } from '../webhooks/webhook-row.js';
import { findWebhooks } from '../webhooks/webhooks.js';

/** A stored webhook that a declaration is about. */
export interface KnownWebhook {
  readonly id: number;
  readonly key: string | null;
  readonly managedBy: string | null;
  /** The approximate size of the webhook in memory. */
  readonly bytes: number;
}

interface Wanted {
  readonly spaceId: number;
  readonly keys: readonly string[];
  /** Undefined: only the keys count. */
  readonly managedBy?: string;
}

/** The driver reads an answer in one turn of the event loop: 10,000 rows took 15 ms. */
const READ_AT_ONCE = 1000;

/** The approximate size of a row of `webhooks` in memory. */
export const SIZE = 'octet_length(own_settings::text) + octet_length(tags::text) + octet_length(url)';

/**
 * Finds the webhooks of a space with one of the keys, or with the manager, by id. `isLocking` keeps other changes of
 * them off until the transaction ends; dispatch can still use them.
 */
export async function findDeclaredWebhooks(
  db: Db,
  { spaceId, keys, managedBy }: Wanted,
  isLocking: boolean,
): Promise<readonly KnownWebhook[]> {
  const found = await db.raw(
    `with wanted as (
       select id from webhooks
       where deleted_at is null and space_id = ? and (key = any(?::text[]) or managed_by = ?)
       order by id ${isLocking ? 'for no key update' : ''}
     )
     select array_agg(id order by id) as ids from wanted`,
    [spaceId, [...keys], managedBy ?? null],
  );
  const ids: readonly number[] = found.rows[0]?.ids ?? [];
  const webhooks: KnownWebhook[] = [];
  for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
    const { rows } = await db.raw(
      `select id, key, managed_by as "managedBy", ${SIZE} as bytes from webhooks
       where deleted_at is null and id = any(?::int[]) order by id`,
      [ids.slice(from, from + READ_AT_ONCE)],
    );
    webhooks.push(...rows);
  }
  return webhooks;
}

/** A webhook with its url and headers as they are sent, and its secrets. */
export interface OpenWebhook {
  readonly webhook: Webhook;
  /** Newest first. */
  readonly secrets: readonly OpenSecret[];
}

/** Reads webhooks that are not deleted, by id. */
export async function readOpenWebhooks(
  { db, vault }: SecretStore,
  ids: readonly number[],
): Promise<ReadonlyMap<number, OpenWebhook>> {
  const webhooks = await findWebhooks(db, ids);
  const secretsOf = await openSecretsOf({ db, vault }, ids);
  return new Map(
    webhooks.map((stored) => {
      const secrets = secretsOf.get(stored.id) ?? [];
      return [stored.id, { webhook: { ...stored, ...revealSecrets(stored, secrets) }, secrets }];
    }),
  );
}
