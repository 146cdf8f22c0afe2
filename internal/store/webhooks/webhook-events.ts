import { AppError } from '../../errors.js';
import type { Db } from '../postgres/knex.js';

/** Reads the ids of the events of many webhooks by one query, ascending. */
export async function eventIdsOf(
  db: Db,
  webhookIds: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows: { webhook_id: number; ids: number[] }[] = await db('webhook_events')
    .whereRaw('webhook_id = any(?::int[])', [[...webhookIds]])
    .groupBy('webhook_id')
    .select('webhook_id', db.raw('array_agg(event_id order by event_id) as ids'));
  return new Map(rows.map(({ webhook_id, ids }) => [webhook_id, ids]));
}

/**
 * Locks events that are not deleted until the transaction ends, so that none can be deleted before a webhook has it.
 */
export async function lockEvents(trx: Db, ids: readonly number[]): Promise<readonly number[]> {
  const wanted = [...new Set(ids)];
  // The order of ids prevents deadlocks between two transactions that lock the same events.
  const { rows }: { rows: { id: number }[] } = await trx.raw(
    'select id from events where id = any(?::int[]) and deleted_at is null order by id for key share',
    [wanted],
  );
  const found = rows.map((row) => row.id);
  const known = new Set(found);
  const unknown = wanted.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 20).join(', ') + (unknown.length > 20 ? ', …' : '');
    throw new AppError('unprocessable', `event_ids: there is no event ${names}`, 'event_ids');
  }
  return found;
}

type EventsOf = readonly [webhookId: number, eventIds: readonly number[]];

/** Replaces the events of webhooks by these. */
export async function replaceEvents(trx: Db, all: readonly EventsOf[]): Promise<void> {
  const pairs = all.flatMap(([id, eventIds]) => eventIds.map((eventId) => [id, eventId] as const));
  const columns = [pairs.map(([id]) => id), pairs.map(([, eventId]) => eventId)];
  await trx.raw(
    `delete from webhook_events where webhook_id = any(?::int[])
       and (webhook_id, event_id) not in (select * from unnest(?::int[], ?::int[]))`,
    [all.map(([id]) => id), ...columns],
  );
  await trx.raw('insert into webhook_events select * from unnest(?::int[], ?::int[]) on conflict do nothing', columns);
}
