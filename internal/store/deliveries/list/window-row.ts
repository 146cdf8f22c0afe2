import { readInstant, writeCursor } from '../../postgres/keyset.js';
import type { Position } from './list-cursor.js';
import type { DeliveryKey } from './list-filter.js';

/** A row of a window: a delivery that fits the filter, or the last row that was looked at. */
export interface WindowRow {
  readonly delivery_id: string | null;
  readonly message_id: string;
  readonly received_at: string;
  readonly webhook_id: number | null;
  readonly cursor_at: string;
  readonly cursor_id: string;
  readonly cursor_no: string;
  /** True if the window is full and this is its last row, so that older rows were not looked at. */
  readonly last: boolean;
  readonly fits: boolean;
}

/** An instant of PostgreSQL as it is written in a cursor. */
export const MICROSECONDS = (instant: string) => `(extract(epoch from ${instant}) * 1000000)::bigint::text`;

export function keyOf(row: WindowRow): DeliveryKey {
  return {
    deliveryId: row.delivery_id ?? '',
    messageId: row.message_id,
    receivedAt: row.received_at,
    webhookId: row.webhook_id ?? 0,
  };
}

export function positionOf(row: WindowRow): Position {
  return { at: readInstant(row.cursor_at), id: row.cursor_id, no: row.cursor_no };
}

export function cursorOf(row: WindowRow): string {
  return writeCursor([row.cursor_at, row.cursor_id, row.cursor_no]);
}
