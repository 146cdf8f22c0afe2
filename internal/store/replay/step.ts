import type { Replay } from '../../domain/delivery/replay.js';
import type { FiringRules } from '../../domain/matching/firing-rules.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { putBack } from './put-back.js';
import { REPLAY_COLUMNS, type ReplayRow, toReplay } from './replay-row.js';
import { findReplayTarget } from './target.js';
import { type Cursor, readWindow } from './window.js';

/** Maximum number of rows that one step looks at, which takes tens of milliseconds. */
const WINDOW_ROWS = 2000;

/** The instance that takes a step has this lock, so that the rate is that of all instances together. */
const TRY_LOCK: Statement = {
  text: `select pg_try_advisory_xact_lock(hashtext('hukz_replay')) as mine`,
};

/**
 * Selects the next job. There is none until the last step's share of a second is over, and a job is left out while its
 * webhook has the maximum number of replayed deliveries waiting, because fresh messages must not queue behind them.
 */
const NEXT_JOB: Statement = {
  text: `
    select ${REPLAY_COLUMNS}, cursor_at::text, cursor_id
    from replays r
    where state = 'running' and not exists (select from replays paced where paced.next_at > now())
      and (
        select count(*) from (
          select from deliveries d where d.replay and d.webhook_id = r.webhook_id and d.due_at <= now() limit $1
        ) as waiting
      ) < $1
    order by next_at limit 1 for update of r skip locked`,
};

const ADVANCE: Statement = {
  text: `
    update replays set cursor_at = $2, cursor_id = $3, done = done + $4::int, total = greatest(total, done + $4::int),
      next_at = now() + $5 * interval '1 ms',
      state = case when $6 then 'done' else state end, finished_at = case when $6 then now() end
    where id = $1`,
};

const END: Statement = {
  text: `update replays set state = 'cancelled', finished_at = now(), error = $2 where id = $1`,
};

export interface ReplayPace {
  /** Deliveries per second that all replays together make due. */
  readonly ratePerSecond: number;
  /** Maximum number of replayed deliveries of one webhook that are due and unsent. */
  readonly maxWaiting: number;
}

export interface ReplayStep {
  readonly replay: Replay;
  /** Number of deliveries that this step made due. */
  readonly done: number;
  /** Present when the job has ended. */
  readonly ended?: 'done' | 'webhook_deleted';
}

/**
 * Runs one batch of one job, in one transaction with the job's progress, so that a job killed at any point continues
 * there. Returns undefined when there is nothing to do now, or another instance is doing it.
 */
export async function stepReplays(
  pool: JournalPool,
  pace: ReplayPace,
  rules: FiringRules,
): Promise<ReplayStep | undefined> {
  return pool.transaction(async (run) => {
    const [lock] = await run<{ mine: boolean }>(TRY_LOCK, []);
    if (!lock?.mine) return undefined;
    const [row] = await run<ReplayRow & CursorColumns>(NEXT_JOB, [pace.maxWaiting]);
    if (!row) return undefined;
    const replay = toReplay(row);
    const target = await findReplayTarget(run, replay.webhookId, rules);
    if (!target) {
      await run(END, [replay.id, 'the webhook was deleted']);
      return { replay, done: 0, ended: 'webhook_deleted' };
    }
    const from =
      row.cursor_at === null || row.cursor_id === null ? undefined : { at: row.cursor_at, id: row.cursor_id };
    const window = await readWindow(run, { ...replay, askedAt: replay.createdAt }, target, { from, rows: WINDOW_ROWS });
    const batch = window.candidates.slice(0, Math.max(1, Math.floor(pace.ratePerSecond)));
    const isCut = batch.length < window.candidates.length;
    const next: Cursor | undefined = isCut ? batch.at(-1)?.cursor : window.next;
    const done = await putBack(run, replay, batch);
    const restMs = (1000 * done) / pace.ratePerSecond;
    await run(ADVANCE, [replay.id, next?.at ?? row.cursor_at, next?.id ?? row.cursor_id, done, restMs, !next]);
    return next ? { replay, done } : { replay, done, ended: 'done' };
  });
}

interface CursorColumns {
  readonly cursor_at: string | null;
  readonly cursor_id: string | null;
}
