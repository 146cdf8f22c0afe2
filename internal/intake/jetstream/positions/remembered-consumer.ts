import type { PullTarget } from '../pull-target.js';

/** A consumer that some instance has read, as the database remembers it. */
export interface RememberedConsumer extends PullTarget {
  readonly streamCreated: string;
  /**
   * The subject that the consumer reads from a foreign stream. It is null in rows that are older than migration 0025.
   */
  readonly filter: string | null;
  /** The time when the position last changed, in milliseconds since 1970. */
  readonly seenAt: number;
}
