import type { Event } from '../domain/event.js';
import { AppError } from '../errors.js';
import { type EventRow, toEvent } from './event-row.js';
import type { Db } from './knex.js';

/** The events of many webhooks by one query, each list in order of ids. */
export async function eventsOf(db: Db, webhookIds: readonly number[]): Promise<ReadonlyMap<number, readonly Event[]>> {
  const rows: (EventRow & { webhook_id: number })[] = await db('webhook_events')
    .join('events', 'events.id', 'webhook_events.event_id')
    .whereRaw('webhook_events.webhook_id = any(?::int[])', [[...webhookIds]])
    .orderBy('events.id')
    .select('events.*', 'webhook_events.webhook_id');
  const found = new Map<number, Event[]>();
  for (const row of rows) {
    const list = found.get(row.webhook_id);
    if (list) list.push(toEvent(row));
    else found.set(row.webhook_id, [toEvent(row)]);
  }
  return found;
}

/** Holds living events until the transaction ends, so that none can be deleted before a webhook has them. */
export async function holdEvents(trx: Db, ids: readonly number[]): Promise<readonly Event[]> {
  const wanted = [...new Set(ids)];
  // In order of ids: two transactions that hold the same events never wait for each other in a circle.
  const { rows }: { rows: EventRow[] } = await trx.raw(
    'select * from events where id = any(?::int[]) and deleted_at is null order by id for key share',
    [wanted],
  );
  const known = new Set(rows.map((row) => row.id));
  const unknown = wanted.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 20).join(', ') + (unknown.length > 20 ? ', …' : '');
    throw new AppError('unprocessable', `event_ids: there is no event ${names}`, 'event_ids');
  }
  return rows.map(toEvent);
}

/** Makes these the webhook's events and no others. */
export async function replaceEvents(trx: Db, webhookId: number, events: readonly Event[]): Promise<void> {
  const ids = events.map((event) => event.id);
  await trx('webhook_events').where({ webhook_id: webhookId }).whereRaw('event_id <> all(?::int[])', [ids]).delete();
  await trx.raw('insert into webhook_events select ?::int, unnest(?::int[]) on conflict do nothing', [webhookId, ids]);
}
