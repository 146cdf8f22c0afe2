import { AppError } from '../../errors.js';
import type { Db } from '../postgres/knex.js';
import { violatedIndex } from '../postgres/pg-error.js';
import { findEventsByKeys, findWebhooksByKey } from './find-by-key.js';

/** A key that a statement stores, or null for none. A key of a webhook is unique within its space. */
type StoredKey =
  | { readonly of: 'event'; readonly key: string | null }
  | { readonly of: 'webhook'; readonly key: string | null; readonly spaceId: number };

/** The unique index has refused a key. */
class TakenKey extends Error {
  constructor(readonly taken: StoredKey & { readonly key: string }) {
    super('the key is taken');
  }
}

/** Awaits a statement that stores a key. The unique index alone decides whether the key is free. */
export async function storeKey<T>(stored: StoredKey, statement: PromiseLike<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    const { key } = stored;
    if (key === null || violatedIndex(error) !== `${stored.of}s_key`) throw error;
    throw new TakenKey({ ...stored, key });
  }
}

/**
 * Refuses a key that is taken by a sentence with the id of the other resource. The transaction must have ended, so a
 * part of a larger one leaves the refusal to the call around that one.
 */
export async function refuseTakenKey<T>(db: Db, transaction: Promise<T>): Promise<T> {
  try {
    return await transaction;
  } catch (error) {
    if (!(error instanceof TakenKey) || db.isTransaction) throw error;
    const { taken } = error;
    const id = await findOther(db, taken);
    // The other resource may have been deleted, or have lost the key, since the index has refused it.
    const other = id === undefined ? `another ${taken.of}` : `${taken.of} ${id}`;
    throw new AppError('conflict', `${other} has the key "${taken.key}" already: choose another key`, 'key');
  }
}

async function findOther(db: Db, taken: TakenKey['taken']): Promise<number | undefined> {
  if (taken.of === 'event') {
    const [event] = await findEventsByKeys(db, [taken.key]);
    return event?.id;
  }
  const [webhook] = await findWebhooksByKey(db, taken.key, { spaces: [taken.spaceId], limit: 1 });
  return webhook?.id;
}
