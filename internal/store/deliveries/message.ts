import type { Header } from '../../domain/message/message.js';
import { AppError } from '../../errors.js';
import type { Spaces } from '../../identity/principal.js';
import { readHeaders } from '../journal/accept/header-bytes.js';
import type { Db } from '../postgres/knex.js';
import type { DeliveryKey } from './list/list-filter.js';

/** A message without its payload, which may be large. */
export interface MessageHead {
  readonly id: string;
  /** The instant in the exact form in which PostgreSQL writes it. */
  readonly receivedAt: string;
  readonly subject: string;
  readonly headers: readonly Header[];
  /** Size of the payload. */
  readonly bytes: number;
  /** When the payload and the headers were erased. */
  readonly erasedAt: Date | null;
  /** The deliveries that the message owes or owed, in the order in which they were added. */
  readonly deliveries: readonly DeliveryKey[];
}

interface Row {
  readonly received_at: string;
  readonly subject: string;
  readonly headers: Uint8Array | null;
  readonly bytes: number;
  readonly erased_at: Date | null;
  readonly owed_to: readonly number[];
  readonly delivery_ids: readonly string[];
}

/**
 * The key of a message begins with its time, and so does its id. The clock of a stream may give more digits than the id
 * has.
 */
const FIND = `
  select received_at::text as received_at, subject, headers, octet_length(payload) as bytes, erased_at, owed_to,
    delivery_ids
  from messages
  where id = :id and received_at >= to_timestamp((:ms::float8 - 1) / 1000)
    and received_at < to_timestamp((:ms::float8 + 2) / 1000)`;

/**
 * Loads a message, with its deliveries to webhooks of these spaces. A message that was owed to none of them is refused
 * as `not_found`, unless all spaces are visible.
 */
export async function loadMessage(db: Db, id: string, spaces: Spaces): Promise<MessageHead> {
  const { rows }: { rows: Row[] } = await db.raw(FIND, { id, ms: millisecondsOf(id) });
  const [row] = rows;
  const visible = spaces === 'all' ? undefined : await webhooksIn(db, row?.owed_to ?? [], spaces);
  if (!row || visible?.size === 0) throw new AppError('not_found', 'Record not found');
  const { received_at: receivedAt, subject, headers, bytes, erased_at: erasedAt } = row;
  const owed = row.delivery_ids.map((deliveryId, place) => ({
    deliveryId,
    messageId: id,
    receivedAt,
    webhookId: row.owed_to[place] ?? 0,
  }));
  const deliveries = owed.filter(({ webhookId }) => visible?.has(webhookId) ?? true);
  return { id, receivedAt, subject, headers: readHeaders(headers), bytes, erasedAt, deliveries };
}

async function webhooksIn(db: Db, ids: readonly number[], spaces: readonly number[]): Promise<ReadonlySet<number>> {
  return new Set(
    await db('webhooks')
      .whereRaw('id = any(?::int[])', [[...ids]])
      .whereIn('space_id', spaces)
      .pluck('id'),
  );
}

/** The first 48 bits of a message's id are its time in milliseconds since 1970. */
function millisecondsOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
