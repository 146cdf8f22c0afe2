import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { emptyMessages } from './empty-messages.js';
import { type ErasureRow, FORGOTTEN, selectionOf } from './erasure-row.js';
import { type ErasureCursor, readErasureWindow } from './erasure-window.js';
import { deleteQuarantined } from './quarantined.js';

/** Maximum number of rows that one step looks at, and of messages that it empties. */
const WINDOW_ROWS = 2000;
const MAX_EMPTIED = 500;

const NEXT_JOB: Statement = {
  text: `
    select * from erasures where state = 'running' and not is_scanned
    order by created_at, id limit 1 for update skip locked`,
};

const ADVANCE: Statement = {
  text: `
    update erasures set cursor = $2::text[], erased = erased + $3::int, total = greatest(total, erased + $3::int),
      undecided = undecided + $4::int, is_scanned = $5
    where id = $1`,
};

const END: Statement = {
  text: `
    update erasures set state = 'done', finished_at = now(), content = case when content is not null then $1 end
    where state = 'running' and is_scanned
      and not exists (select from erased_messages e where e.erasure_id = erasures.id and e.swept_at is null)
    returning id, erased, undecided`,
};

/**
 * Empties one batch of messages of one job, in one transaction with the job's progress, so that a job killed at any
 * point continues there. Returns whether there was a job.
 */
export async function stepErasures(pool: JournalPool, maxBytes: number): Promise<boolean> {
  return pool.transaction(async (run) => {
    const [job] = await run<ErasureRow>(NEXT_JOB, []);
    if (!job) return false;
    const selection = selectionOf(job);
    const removed = await deleteQuarantined(run, selection, MAX_EMPTIED);
    const from = job.cursor ?? undefined;
    const rows = selection.ids ? MAX_EMPTIED : WINDOW_ROWS;
    const window = await readErasureWindow(run, selection, { from, rows, maxBytes });
    const batch = window.messages.slice(0, MAX_EMPTIED);
    const isCut = batch.length < window.messages.length;
    const last = batch.at(-1);
    const next: ErasureCursor | undefined = isCut && last ? [last.received_at, last.message_id] : window.next;
    const emptied = await emptyMessages(run, job.id, batch);
    const isScanned = next === undefined && removed < MAX_EMPTIED;
    await run(ADVANCE, [job.id, next ?? from ?? null, emptied + removed, window.undecided, isScanned]);
    return true;
  });
}

export interface EndedErasure {
  readonly id: string;
  readonly erased: number;
  readonly undecided: number;
}

/** Ends the jobs of which nothing is left, and deletes their conditions on the content. */
export async function endErasures(pool: JournalPool): Promise<readonly EndedErasure[]> {
  return pool.run<EndedErasure>(END, [FORGOTTEN]);
}
