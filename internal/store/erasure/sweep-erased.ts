import type { JournalPool } from '../journal/journal-pool.js';
import {
  CANCEL_ERASED,
  DUE,
  EMPTY_LOGS,
  ERASED_AMONG,
  FORGET,
  MARK_DEAD,
  MARK_SWEPT,
  MARK_WAITING,
  UNDER_WAY,
  WORK,
} from './sweep-statements.js';

/** Bounds of one sweep: messages, and the deliveries that they owe together. One message alone may owe more. */
const MAX_MESSAGES = 100;
const MAX_DELIVERIES = 5000;
const AGAIN_MS = 1000;
const AFTER_PROBLEM_MS = 5000;
/** Longer than any statement of an instance can take. */
const LAST_LOOK_MS = 600_000;
const REMEMBERED_MS = 7 * 86_400_000;
const FORGOTTEN_AT_ONCE = 1000;
const LOOKED_UP_AT_ONCE = 5000;

/**
 * Removes the copies of these messages outside of the database. Returns the reason why that was not possible. It is
 * called again for the same messages then. It must not reject.
 */
export type EraseCopies = (messageIds: readonly string[]) => Promise<string | undefined>;

interface DueRow {
  readonly message_id: string;
  readonly received_at: string;
  readonly delivery_ids: readonly string[];
  readonly first: boolean;
}

/**
 * Ends the rest of erased messages, some of them at a time: deliveries that no instance has in memory are cancelled,
 * the logs of attempts are emptied, and copies are removed. A message with a delivery in memory is looked at again. A
 * delivery ends, and its log is written, in one statement; so its log is there when the delivery is gone. Returns
 * whether more may be due.
 */
export async function sweepErased(pool: JournalPool, eraseCopies: EraseCopies): Promise<boolean> {
  return pool.transaction(async (run) => {
    const due = boundedBy(await run<DueRow>(DUE, [MAX_MESSAGES]), MAX_DELIVERIES);
    const [oldest] = due.map(({ received_at }) => received_at).sort((a, b) => Date.parse(a) - Date.parse(b));
    if (oldest === undefined) return false;
    const deliveryIds = due.flatMap(({ delivery_ids }) => delivery_ids);
    await run(CANCEL_ERASED, [deliveryIds]);
    const underWay = new Set(
      (await run<{ message_id: string }>(UNDER_WAY, [deliveryIds])).map(({ message_id }) => message_id),
    );
    await run(EMPTY_LOGS, [deliveryIds, oldest]);
    await run(MARK_DEAD, [deliveryIds]);
    const copied = due.filter(({ first }) => first).map(({ message_id }) => message_id);
    const problem = copied.length > 0 ? await eraseCopies(copied) : undefined;
    const isLeft = ({ message_id, first }: DueRow) => underWay.has(message_id) || (first && problem !== undefined);
    const left = due.filter(isLeft).map(({ message_id }) => message_id);
    const swept = due.filter((row) => !isLeft(row)).map(({ message_id }) => message_id);
    if (swept.length > 0) await run(MARK_SWEPT, [swept, LAST_LOOK_MS]);
    if (left.length > 0) {
      await run(MARK_WAITING, [left, problem ?? null, problem === undefined ? AGAIN_MS : AFTER_PROBLEM_MS]);
    }
    return problem === undefined && swept.length > 0;
  });
}

function boundedBy(rows: readonly DueRow[], maxDeliveries: number): readonly DueRow[] {
  let deliveries = 0;
  return rows.filter(({ delivery_ids }, index) => {
    deliveries += delivery_ids.length;
    return index === 0 || deliveries <= maxDeliveries;
  });
}

/** Those of the messages that are erased. */
export async function erasedAmong(pool: JournalPool, messageIds: readonly string[]): Promise<ReadonlySet<string>> {
  const erased = new Set<string>();
  for (let from = 0; from < messageIds.length; from += LOOKED_UP_AT_ONCE) {
    const ids = messageIds.slice(from, from + LOOKED_UP_AT_ONCE);
    for (const { message_id } of await pool.run<{ message_id: string }>(ERASED_AMONG, [ids])) erased.add(message_id);
  }
  return erased;
}

export interface ErasureWork {
  readonly hasJobs: boolean;
  readonly isDue: boolean;
  /** Number of messages that are emptied, and of which something is left. */
  readonly waiting: number;
  readonly problem: string | undefined;
}

export async function findErasureWork(pool: JournalPool): Promise<ErasureWork> {
  const [row] = await pool.run<{ jobs: boolean; due: boolean; waiting: number; problem: string | null }>(WORK, []);
  const { jobs = false, due = false, waiting = 0, problem = null } = row ?? {};
  return { hasJobs: jobs, isDue: due, waiting, problem: problem ?? undefined };
}

/** Deletes one batch of entries that are of no use any more. Returns whether there may be another batch. */
export async function forgetErased(pool: JournalPool): Promise<boolean> {
  return (await pool.run(FORGET, [REMEMBERED_MS, FORGOTTEN_AT_ONCE])).length === FORGOTTEN_AT_ONCE;
}
