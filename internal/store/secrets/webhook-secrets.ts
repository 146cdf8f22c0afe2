import { hintOf, type SecretChange, type SecretHint, type SecretPurpose } from '../../domain/secrets/secret.js';
import type { Db } from '../postgres/knex.js';
import { ENVELOPE, nextSecretRows } from './secret-row.js';
import type { Vault } from './vault.js';

/** The database in which secrets are kept, and the vault that seals them. */
export interface SecretStore {
  readonly db: Db;
  readonly vault: Vault;
}

interface HintRow {
  readonly webhook_id: number;
  readonly purpose: SecretPurpose;
  readonly hint: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
}

/** Reads what may be shown of the valid secrets of many webhooks, by one query, newest first. */
export async function hintsOf(
  db: Db,
  webhookIds: readonly number[],
): Promise<ReadonlyMap<number, readonly SecretHint[]>> {
  const rows: HintRow[] = await db('webhook_secrets')
    .whereRaw('webhook_id = any(?::int[])', [[...webhookIds]])
    .whereRaw('(expires_at is null or expires_at > now())')
    .orderBy('id', 'desc')
    .select('webhook_id', 'purpose', 'hint', 'created_at', 'expires_at');
  const found = new Map<number, SecretHint[]>();
  for (const { webhook_id, purpose, hint, created_at, expires_at } of rows) {
    const one = { purpose, hint, createdAt: created_at, expiresAt: expires_at };
    const list = found.get(webhook_id);
    if (list) list.push(one);
    else found.set(webhook_id, [one]);
  }
  return found;
}

/** Replaces the secrets of each webhook and purpose, or deletes them. `db` must be the transaction. */
export async function replaceSecrets({ db, vault }: SecretStore, changes: readonly AddedSecret[]): Promise<void> {
  if (changes.length === 0) return;
  await db.raw(
    `delete from webhook_secrets s using unnest(?::int[], ?::text[]) as old(webhook_id, purpose)
     where s.webhook_id = old.webhook_id and s.purpose = old.purpose`,
    [changes.map(({ webhookId }) => webhookId), changes.map(({ change }) => change.purpose)],
  );
  await addSecrets({ db, vault }, changes);
}

/** Adds a secret to those that the webhook has of its purpose. `db` must be the transaction. */
export const addSecret = (store: SecretStore, webhookId: number, change: SecretChange): Promise<void> =>
  addSecrets(store, [{ webhookId, change }]);

/** A secret to store. A change that only removes secrets is left out. */
export interface AddedSecret {
  readonly webhookId: number;
  readonly change: SecretChange;
}

/** Adds secrets of several webhooks by two statements. `db` must be the transaction. */
export async function addSecrets({ db, vault }: SecretStore, added: readonly AddedSecret[]): Promise<void> {
  const secrets = added.flatMap(({ webhookId, change: { purpose, value, hint } }) =>
    value === null ? [] : [{ webhookId, purpose, value, hint: hint ?? hintOf(value) }],
  );
  if (secrets.length === 0) return;
  const fresh = await nextSecretRows(db, secrets.length);
  const cells = secrets.map(({ webhookId, purpose, value, hint }, nth) => {
    const { id = null, row } = fresh[nth] ?? {};
    const { keyId, sealed } = vault.seal({ webhookId, purpose, row }, value);
    const envelope = keyId !== undefined && row !== undefined ? ENVELOPE : 1;
    return [id, webhookId, purpose, keyId ?? null, envelope, sealed as Buffer, hint];
  });
  await db.raw(
    `insert into webhook_secrets (id, webhook_id, purpose, key_id, envelope, sealed, hint) overriding system value
     values ${cells.map(() => '(?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    cells.flat(),
  );
}

/** Returns the secret that is shown once to the caller who requested these changes. */
export function shownIn(changes: readonly SecretChange[] = []): string | undefined {
  return changes.find(({ show }) => show)?.value ?? undefined;
}
