import type { Keyset } from '../../postgres/keyset.js';

/**
 * The form of a cursor in every list of deliveries: a time, an id, and a number among rows that share both. A list
 * whose rows are found by fewer columns ignores the others.
 */
export const DELIVERIES_ORDER: Keyset = {
  columns: [
    { name: 'at', kind: 'instant' },
    { name: 'id', kind: 'uuid' },
    { name: 'no', kind: 'integer' },
  ],
  direction: 'desc',
};

/** A position in a list, newest first. The rows after it are older. */
export interface Position {
  /** The instant in the exact form in which PostgreSQL writes it. */
  readonly at: string;
  readonly id: string;
  readonly no: string;
}

export const LOWEST_ID = '00000000-0000-0000-0000-000000000000';
const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const HIGHEST_NO = '999999999999999999';

/** The position before all rows that are older than this instant, or before all rows. */
export function startAt(until: Date | undefined): Position {
  if (until) return { at: until.toISOString(), id: LOWEST_ID, no: '0' };
  return { at: 'infinity', id: HIGHEST_ID, no: HIGHEST_NO };
}

/** The lowest id that a message or a delivery of this instant can have: an id begins with its message's time. */
export function lowestIdAt(at: Date): string {
  const digits = Math.max(0, at.getTime()).toString(16).padStart(12, '0').slice(-12);
  return `${digits.slice(0, 8)}-${digits.slice(8)}${LOWEST_ID.slice(13)}`;
}
