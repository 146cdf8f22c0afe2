import { AppError } from '../../errors.js';
import { noteChange, noteObject } from '../audit/audited.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import { type ChangeOf, requireRevision } from '../records/change.js';
import { deleteLocked } from '../webhooks/delete-webhooks.js';
import { countOwed } from './owed-deliveries.js';
import { type Space, type SpaceRow, toSpace } from './space-row.js';

/** The webhooks of a space and their deliveries, which end together with the space. */
export interface Belongings {
  readonly webhooks: number;
  /** The number of deliveries that are owed to them. */
  readonly owed: number;
}

export interface SpaceDeletion extends ChangeOf {
  /** Decides whether the space is deleted, and throws if not. */
  readonly confirm: (space: Space, belongings: Belongings) => void;
}

/**
 * Deletes a space with its webhooks in one transaction. The lock on the space keeps webhooks from being inserted
 * meanwhile. Deliveries that are owed to the webhooks stay until an instance cancels them, as after the deletion of one
 * webhook.
 */
export async function deleteSpace(
  { db, pool }: { readonly db: Db; readonly pool: JournalPool },
  deletion: SpaceDeletion,
): Promise<Belongings> {
  const { id, userId } = deletion;
  return inTransaction(db, async (trx) => {
    const [row]: SpaceRow[] = await trx('spaces').where({ id }).whereNull('deleted_at').forUpdate();
    if (!row) throw new AppError('not_found', 'Record not found');
    const space = toSpace(row);
    requireRevision(space, deletion);
    const webhooks = trx('webhooks').where({ space_id: id }).whereNull('deleted_at').orderBy('id');
    const found: number[] = await webhooks.clone().pluck('id');
    const owed = await countOwed(pool, found);
    deletion.confirm(space, { webhooks: found.length, owed });
    // A change of a webhook locks the webhook, and then the catalog's version. Here all webhooks are locked before the
    // first of them takes the version, so that the two never wait for each other.
    const locked: number[] = await webhooks.forUpdate().pluck('id');
    await deleteLocked(trx, locked, userId);
    const now = trx.fn.now();
    const stamp = { deleted_at: now, updated_at: now, updated_by_id: userId };
    await trx('spaces')
      .where({ id })
      .update({ ...stamp, revision: space.revision + 1 });
    noteChange(trx, 'space', { id, spaceId: id, before: space });
    for (const webhook of locked) noteObject(trx, { object: `webhook:${webhook}`, spaceId: id, changes: {} });
    return { webhooks: locked.length, owed };
  });
}
