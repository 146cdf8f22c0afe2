import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import { requireFound } from '../postgres/require-found.js';

interface Key {
  readonly id: number;
  readonly userId: number;
}

/** How a backlog is let go. */
export interface Resuming {
  /** Deliveries; undefined: as fast as it goes. */
  readonly perSecond: number | undefined;
  /** What was received earlier is cancelled; undefined: nothing is. */
  readonly dropOlderThanMs: number | undefined;
}

/** From now on its deliveries are held. Pausing twice changes nothing. */
export async function pauseWebhook(db: Db, key: Key): Promise<void> {
  await inTransaction(db, async (trx) => {
    requireFound(
      await living(trx, key).update({ ...stamp(trx, key), paused_at: trx.raw('coalesce(paused_at, now())') }),
    );
    await trx('resumes').where({ webhook_id: key.id }).delete();
  });
}

/** Sends again; what was held goes on as `resuming` says. */
export async function resumeWebhook(db: Db, key: Key, { perSecond, dropOlderThanMs }: Resuming): Promise<void> {
  await inTransaction(db, async (trx) => {
    requireFound(await living(trx, key).update({ ...stamp(trx, key), paused_at: null }));
    // Nobody tried meanwhile: it did not fail all that time.
    await trx('webhook_health').where({ webhook_id: key.id }).update({ failing_since: null, failed_at: null });
    if (perSecond === undefined && dropOlderThanMs === undefined) {
      await trx('resumes').where({ webhook_id: key.id }).delete();
      return;
    }
    const drop_before =
      dropOlderThanMs === undefined ? null : trx.raw(`now() - ? * interval '1 ms'`, [dropOlderThanMs]);
    const resume = { webhook_id: key.id, per_second: perSecond ?? null, drop_before, released_at: trx.fn.now() };
    await trx('resumes').insert(resume).onConflict('webhook_id').merge();
  });
}

const living = (db: Db, { id }: Key) => db('webhooks').where({ id }).whereNull('deleted_at');
const stamp = (db: Db, { userId }: Key) => ({ updated_at: db.fn.now(), updated_by_id: userId });
