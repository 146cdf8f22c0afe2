import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import { requireFound } from '../postgres/require-found.js';

interface Key {
  readonly id: number;
  readonly userId: number;
}

/** The way in which a backlog is unparked. */
export interface Resuming {
  /** Deliveries per second; undefined means no limit. */
  readonly perSecond: number | undefined;
  /** Deliveries of messages older than this are cancelled; undefined means none. */
  readonly dropOlderThanMs: number | undefined;
}

/** From now on the webhook's deliveries are parked. A second pause changes nothing. */
export async function pauseWebhook(db: Db, key: Key): Promise<void> {
  await inTransaction(db, async (trx) => {
    requireFound(
      await living(trx, key).update({ ...stamp(trx, key), paused_at: trx.raw('coalesce(paused_at, now())') }),
    );
    await trx('resumes').where({ webhook_id: key.id }).delete();
  });
}

/** Sends to the webhook again. Its parked deliveries follow as `resuming` says. */
export async function resumeWebhook(db: Db, key: Key, { perSecond, dropOlderThanMs }: Resuming): Promise<void> {
  await inTransaction(db, async (trx) => {
    requireFound(await living(trx, key).update({ ...stamp(trx, key), paused_at: null }));
    // No attempt was made meanwhile, so the webhook did not fail for all that time.
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
