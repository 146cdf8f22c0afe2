import { CANCELLED, logOfCancelled } from '../journal/claim/cancel.js';
import { IS_SENT_TO } from '../journal/claim/order.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';

/**
 * Usually there is no resume, and a join would read all webhooks to find that out. After a time in which nothing could
 * be unparked (the service was down, a circuit was open), at most two seconds of it are made up for. For `offset 0` see
 * "fence" in `sql-notes.md`.
 */
const DUE_RESUMES: Statement = {
  text: `
    select r.webhook_id, r.drop_before is not null as drops, room
    from resumes r
    cross join lateral (select from webhooks w where w.id = r.webhook_id and ${IS_SENT_TO} offset 0) as sent_to
    cross join lateral (
      select case when r.per_second is not null
        then floor(least(r.per_second * extract(epoch from now() - r.released_at), greatest(1, 2 * r.per_second))) end as owing
    ) as so_far
    cross join lateral (select least($1, coalesce(owing, $1))::int as room) as now_due
    where room > 0 or r.drop_before is not null
    order by r.released_at limit 20
    for update of r skip locked`,
};

const DROP: Statement = {
  text: `
    with cancelled as (
      delete from deliveries d using resumes r
      where r.webhook_id = $1 and num_nulls(d.owner) = 1 and not isfinite(d.due_at) and d.received_at < r.drop_before and d.id = any(array(
        select * from (
          (select id from deliveries where webhook_id = $1 and owner is null and due_at = 'infinity' and order_key is null
             and received_at < (select drop_before from resumes where webhook_id = $1) limit $2)
          union all
          (select id from deliveries where webhook_id = $1 and owner is null and due_at = 'infinity' and order_key is not null
             and received_at < (select drop_before from resumes where webhook_id = $1) limit $2)
        ) as old limit $2
      )) returning ${CANCELLED}
    )
    ${logOfCancelled(`'too old when the webhook was resumed'`)}
    returning 1 as one`,
};

const UNPARK_STEP: Statement = {
  text: `
    update deliveries set due_at = now() where id = any(array(
      select id from deliveries where webhook_id = $1 and owner is null and due_at = 'infinity' and order_key is null
      order by received_at limit $2 for update skip locked
    )) returning id`,
};

/** The time is not set to `now()`, so that a fraction of a delivery stays owed. */
const MOVE_ON: Statement = {
  text: `
    update resumes set released_at = coalesce(
      greatest(released_at, now() - greatest(2, 1 / per_second) * interval '1 s') + $2::float8 / per_second * interval '1 s',
      now())
    where webhook_id = $1`,
};

const TO_THE_END: Statement = {
  text: 'update resumes set released_at = now() where webhook_id = $1',
};

const DROPPED: Statement = {
  text: 'update resumes set drop_before = null where webhook_id = $1',
};

const END: Statement = { text: 'delete from resumes where webhook_id = $1' };

export interface ResumeStep {
  readonly webhookId: number;
  readonly dropped: number;
  readonly released: number;
  /** True if no delivery is parked any more. */
  readonly ended: boolean;
}

/**
 * Drops deliveries that are too old, then unparks as many as the time since the last step allows, at most `limit` per
 * backlog.
 */
export async function stepResumes(pool: JournalPool, limit: number): Promise<readonly ResumeStep[]> {
  return pool.transaction(async (run) => {
    const steps: ResumeStep[] = [];
    const due = await run<{ webhook_id: number; drops: boolean; room: number }>(DUE_RESUMES, [limit]);
    for (const { webhook_id: webhookId, drops, room } of due) {
      const dropped = drops ? (await run(DROP, [webhookId, limit])).length : 0;
      // The remaining deliveries that are too old are dropped first.
      if (dropped === limit) {
        await run(TO_THE_END, [webhookId]);
        steps.push({ webhookId, dropped, released: 0, ended: false });
        continue;
      }
      if (drops) await run(DROPPED, [webhookId]);
      const released = room > 0 ? (await run(UNPARK_STEP, [webhookId, room])).length : 0;
      const ended = released < room;
      await (ended ? run(END, [webhookId]) : run(MOVE_ON, [webhookId, released]));
      steps.push({ webhookId, dropped, released, ended });
    }
    return steps;
  });
}
