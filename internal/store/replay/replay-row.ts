import type { Replay, ReplayOutcome, ReplayState } from '../../domain/delivery/replay.js';

/** A row of `replays`; bigint columns arrive as text. */
export interface ReplayRow {
  readonly id: string;
  readonly created_at: Date;
  readonly created_by_id: string;
  readonly webhook_id: number;
  readonly outcome: string;
  readonly since: Date;
  readonly until: Date;
  readonly event: string | null;
  readonly state: string;
  readonly total: number;
  readonly done: number;
  readonly finished_at: Date | null;
  readonly error: string | null;
}

export const REPLAY_COLUMNS =
  'id, created_at, created_by_id, webhook_id, outcome, since, until, event, state, total, done, finished_at, error';

export function toReplay(row: ReplayRow): Replay {
  return {
    id: row.id,
    createdAt: row.created_at,
    createdById: Number(row.created_by_id),
    webhookId: row.webhook_id,
    outcome: row.outcome as ReplayOutcome,
    since: row.since,
    until: row.until,
    event: row.event ?? undefined,
    state: row.state as ReplayState,
    total: row.total,
    done: row.done,
    finishedAt: row.finished_at,
    error: row.error,
  };
}
