/**
 * The deliveries that a replay selects by their outcome (`lost`: owed, but found nowhere), or `missing`: messages for
 * which the webhook never had a delivery.
 */
export type ReplayOutcome = 'delivered' | 'failed' | 'dead' | 'cancelled' | 'lost' | 'missing';

export type ReplayState = 'running' | 'done' | 'cancelled';

/** The selection of a replay. Times are those at which the messages were received. */
export interface ReplayRequest {
  readonly webhookId: number;
  readonly outcome: ReplayOutcome;
  /** Inclusive. */
  readonly since: Date;
  /** Exclusive. */
  readonly until: Date;
  /** Only this subject. When it is undefined, all subjects are selected. */
  readonly event: string | undefined;
}

/** A job that sends deliveries again, and its progress. */
export interface Replay extends ReplayRequest {
  /** uuid */
  readonly id: string;
  readonly createdAt: Date;
  readonly createdById: number;
  readonly state: ReplayState;
  /** Number of matches when the replay was requested. */
  readonly total: number;
  /** Number of deliveries that were made due so far. */
  readonly done: number;
  readonly finishedAt: Date | null;
  /** The reason why the replay ended before it was complete. */
  readonly error: string | null;
}
