import type { Floor } from './floors.js';

/** A stream of which ordered deliveries have no number yet, with the sequences of the first and the last of them. */
export interface Unnumbered {
  readonly stream: string;
  readonly lowest: number;
  readonly highest: number;
}

/** Where the floor of a stream is, beside what has no number. */
export type Place = 'unknown' | 'unread' | 'below' | 'within' | 'above';

export function placeOf(floor: Floor, { lowest, highest }: Unnumbered): Place {
  if (floor === undefined) return 'unknown';
  if (floor === 'unread') return 'unread';
  if (floor < lowest) return 'below';
  return floor < highest ? 'within' : 'above';
}

export type Step =
  /** Number what is not above the floor. */
  | 'number to floor'
  /** Ask for the floor more often until the last is numbered. */
  | 'follow'
  /** Say that no instance reads the stream. */
  | 'say unread'
  /** Wait for this floor no more. */
  | 'give up'
  | 'number all';

/**
 * What the patrol does with a stream by the place of its floor, as long as it is patient and when that has been so for too
 * long. While the floor is unknown the clock stands at zero.
 */
export const PATROL_TABLE: Readonly<Record<Place, Readonly<Record<'patient' | 'overdue', readonly Step[]>>>> = {
  unknown: { patient: [], overdue: [] },
  unread: { patient: [], overdue: ['say unread', 'number all'] },
  below: { patient: ['follow'], overdue: ['give up', 'number all'] },
  within: { patient: ['number to floor', 'follow'], overdue: ['give up', 'number all'] },
  above: { patient: ['number to floor'], overdue: ['give up', 'number all'] },
};
