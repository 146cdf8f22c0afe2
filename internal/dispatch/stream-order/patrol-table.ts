import type { Floor } from './floors.js';

/** A stream with ordered deliveries without a number, and the sequences of the first and the last of them. */
export interface Unnumbered {
  readonly stream: string;
  readonly lowest: number;
  readonly highest: number;
}

/** The position of a stream's floor relative to the deliveries without a number. */
export type Place = 'unknown' | 'unread' | 'below' | 'within' | 'above';

export function placeOf(floor: Floor, { lowest, highest }: Unnumbered): Place {
  if (floor === undefined) return 'unknown';
  if (floor === 'unread') return 'unread';
  if (floor < lowest) return 'below';
  return floor < highest ? 'within' : 'above';
}

export type Step =
  /** Number the deliveries that are not above the floor. */
  | 'number to floor'
  /** Query the floor more often until the last delivery is numbered. */
  | 'follow'
  /** Log that no instance reads the stream. */
  | 'say unread'
  /** Stop waiting for this floor. */
  | 'give up'
  | 'number all';

/**
 * The steps of the patrol for a stream by the place of its floor: as long as the patrol is patient, and when the state
 * has lasted too long. While the floor is unknown, the clock stays at zero.
 */
export const PATROL_TABLE: Readonly<Record<Place, Readonly<Record<'patient' | 'overdue', readonly Step[]>>>> = {
  unknown: { patient: [], overdue: [] },
  unread: { patient: [], overdue: ['say unread', 'number all'] },
  below: { patient: ['follow'], overdue: ['give up', 'number all'] },
  within: { patient: ['number to floor', 'follow'], overdue: ['give up', 'number all'] },
  above: { patient: ['number to floor'], overdue: ['give up', 'number all'] },
};
