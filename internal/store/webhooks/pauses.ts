import type { Knex } from 'knex';
import type { FieldChanges } from '../../domain/audit/audit-row.js';
import { noteObject } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import { type ChangeOf, lockRow } from '../records/change.js';

/** The way in which a backlog is unparked. */
export interface Resuming {
  /** Deliveries per second; undefined means no limit. */
  readonly perSecond: number | undefined;
  /** Deliveries of messages older than this are cancelled; undefined means none. */
  readonly dropOlderThanMs: number | undefined;
}

/** From now on the webhook's deliveries are parked. A second pause changes nothing. */
export async function pauseWebhook(db: Db, change: ChangeOf): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockRow(trx, 'webhooks', change);
    await setPaused(trx, change, trx.raw('coalesce(paused_at, now())'));
    await noteWebhook(trx, change, { paused: { after: true } });
    await trx('resumes').where({ webhook_id: change.id }).delete();
  });
}

/** Sends to the webhook again. Its parked deliveries follow as `resuming` says. */
export async function resumeWebhook(db: Db, change: ChangeOf, { perSecond, dropOlderThanMs }: Resuming): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockRow(trx, 'webhooks', change);
    await setPaused(trx, change, null);
    const resuming = { ...(perSecond !== undefined && { per_second: { after: perSecond } }) };
    const dropping = { ...(dropOlderThanMs !== undefined && { drop_older_than_ms: { after: dropOlderThanMs } }) };
    await noteWebhook(trx, change, { paused: { after: false }, ...resuming, ...dropping });
    // No attempt was made meanwhile, so the webhook did not fail for all that time.
    await trx('webhook_health').where({ webhook_id: change.id }).update({ failing_since: null, failed_at: null });
    if (perSecond === undefined && dropOlderThanMs === undefined) {
      await trx('resumes').where({ webhook_id: change.id }).delete();
      return;
    }
    const drop_before =
      dropOlderThanMs === undefined ? null : trx.raw(`now() - ? * interval '1 ms'`, [dropOlderThanMs]);
    const resume = { webhook_id: change.id, per_second: perSecond ?? null, drop_before, released_at: trx.fn.now() };
    await trx('resumes').insert(resume).onConflict('webhook_id').merge();
  });
}

const setPaused = (trx: Db, { id, userId }: ChangeOf, paused_at: Knex.Raw | null) =>
  trx('webhooks').where({ id }).update({ paused_at, updated_at: trx.fn.now(), updated_by_id: userId });

async function noteWebhook(trx: Db, { id }: ChangeOf, changes: FieldChanges): Promise<void> {
  const row: { space_id: string } | undefined = await trx('webhooks').where({ id }).first('space_id');
  noteObject(trx, { object: `webhook:${id}`, spaceId: row && Number(row.space_id), changes });
}
