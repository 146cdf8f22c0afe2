import type { PullTarget } from '../pull-target.js';

/** A consumer that some instance has read, as the database remembers it. */
export interface RememberedConsumer extends PullTarget {
  readonly streamCreated: string;
  /** What it reads of a stream of others; null in rows that are older than migration 0025. */
  readonly filter: string | null;
  /** Milliseconds since 1970: when its position changed the last time. */
  readonly seenAt: number;
}
