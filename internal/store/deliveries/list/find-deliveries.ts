import type { Cursor } from '../../postgres/keyset.js';
import { readInstant } from '../../postgres/keyset.js';
import type { Db } from '../../postgres/knex.js';
import { visibleBindings } from '../keep-visible.js';
import { readEndedWindow } from './ended-window.js';
import { LOWEST_ID, lowestIdAt, type Position, startAt } from './list-cursor.js';
import type { DeliveryFilter, DeliveryKey } from './list-filter.js';
import { cursorOf, keyOf, type WindowRow } from './window-row.js';
import { ANY_WINDOW, DEAD_WINDOW, LOST_WINDOW, OWED_WINDOW } from './window-statements.js';

/**
 * The rows that are looked at for one page: first a few, which suffice if most rows fit, then as many as take 50 ms.
 */
type Reach = readonly [first: number, second: number];

export interface FoundDeliveries {
  readonly keys: readonly DeliveryKey[];
  /** The cursor of the next page. There can be one after a page with fewer keys than the limit, or with none. */
  readonly next: string | undefined;
}

interface Asked {
  readonly limit: number;
  readonly cursor?: Cursor | undefined;
}

/** Reads rows after the cursor: those that fit, and the last one. */
type ReadWindow = (from: Cursor | undefined, rows: number, most: number) => Promise<readonly WindowRow[]>;

/**
 * Lists deliveries, newest first. `at`, by which they are ordered and by which `since` and `until` are meant, is the
 * time of the end for `delivered`, `cancelled` and `dead`, and else the time at which the message was received.
 */
export async function findDeliveries(
  db: Db,
  filter: DeliveryFilter,
  { limit, cursor }: Asked,
): Promise<FoundDeliveries> {
  const { read, reach } = sourceOf(db, filter);
  const keys: DeliveryKey[] = [];
  let from = cursor;
  let next: string | undefined;
  for (const rows of [Math.max(reach[0], limit + 1), reach[1]]) {
    const room = limit - keys.length;
    const found = await read(from, rows, room + 1);
    const fitting = found.filter(({ fits }) => fits).slice(0, room + 1);
    keys.push(...fitting.slice(0, room).map(keyOf));
    const [lastShown, end] = [fitting[room - 1], found.at(-1)];
    if (fitting.length > room && lastShown) return { keys, next: cursorOf(lastShown) };
    if (!end?.last) return { keys, next: undefined };
    next = cursorOf(end);
    if (keys.length === limit) break;
    from = next.split('.');
  }
  return { keys, next };
}

function sourceOf(db: Db, filter: DeliveryFilter): { readonly read: ReadWindow; readonly reach: Reach } {
  const { state } = filter;
  const bySubject = filter.subject !== undefined;
  switch (state) {
    case 'pending':
    case 'held':
      return { read: statement(db, OWED_WINDOW, filter), reach: [500, bySubject ? 1500 : 8000] };
    case 'dead':
      return { read: statement(db, DEAD_WINDOW, filter), reach: [500, 8000] };
    case 'delivered':
    case 'cancelled':
      return {
        read: (cursor, rows, most) => readEndedWindow(db, state, filter, { cursor, rows, most }),
        reach: [20, 4000],
      };
    case 'lost':
      return { read: statement(db, LOST_WINDOW, filter), reach: [100, 500] };
    case undefined:
      return { read: statement(db, ANY_WINDOW, filter), reach: [250, 3000] };
    default:
      return state satisfies never;
  }
}

function statement(db: Db, text: string, filter: DeliveryFilter): ReadWindow {
  return async (cursor, rows, most) => {
    const { rows: found }: { rows: WindowRow[] } = await db.raw(text, {
      ...visibleBindings(filter.visible),
      state: filter.state ?? null,
      webhook: filter.webhookId ?? null,
      subject: filter.subject ?? null,
      since: filter.since ?? '-infinity',
      until: filter.until ?? 'infinity',
      ...positionFor(filter, cursor),
      rows,
      owed: 2 * rows,
      most,
    });
    return found;
  };
}

/** The position after which a window begins, and the lowest id in it. Each statement uses what its order needs. */
function positionFor(
  { state, since, until }: DeliveryFilter,
  cursor: Cursor | undefined,
): Position & { lowest: string } {
  const [at = '', id = '', no = ''] = cursor ?? [];
  const lowest = since ? lowestIdAt(since) : LOWEST_ID;
  if (cursor) return { at: readInstant(at), id, no, lowest };
  const start = startAt(until);
  const isById = state === 'pending' || state === 'held';
  return { ...start, ...(until && isById && { id: lowestIdAt(new Date(until.getTime() + 1)) }), lowest };
}
