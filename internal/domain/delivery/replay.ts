/**
 * Which deliveries a replay takes: by what became of them (`lost`: owed, and found nowhere), or `missing`, the messages that
 * the webhook was never owed.
 */
export type ReplayOutcome = 'delivered' | 'failed' | 'dead' | 'cancelled' | 'lost' | 'missing';

export type ReplayState = 'running' | 'done' | 'cancelled';

/** What is asked for again. Times are of the messages' receipt. */
export interface ReplayRequest {
  readonly webhookId: number;
  readonly outcome: ReplayOutcome;
  /** Inclusive. */
  readonly since: Date;
  /** Exclusive. */
  readonly until: Date;
  /** Exactly this subject; all of them without it. */
  readonly event: string | undefined;
}

/** A job that sends again, and how far it has come. */
export interface Replay extends ReplayRequest {
  /** uuid */
  readonly id: string;
  readonly createdAt: Date;
  readonly createdById: number;
  readonly state: ReplayState;
  /** How many matched when it was asked for. */
  readonly total: number;
  /** How many were made due so far. */
  readonly done: number;
  readonly finishedAt: Date | null;
  /** Why it ended by itself. */
  readonly error: string | null;
}
