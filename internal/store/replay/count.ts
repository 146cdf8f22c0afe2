import type { FiringRules } from '../../domain/matching/firing-rules.js';
import { AppError } from '../../errors.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { findReplayTarget } from './target.js';
import { type Cursor, readWindow, type WindowRequest } from './window.js';

const WINDOW_ROWS = 10_000;
const MAX_COUNT_MS = 20_000;

/**
 * Counts the deliveries that a replay would send, by the same windows as the replay itself. A deleted webhook is
 * refused as `not_found`, and a range that takes too long to look through as `conflict`.
 */
export async function countReplay(pool: JournalPool, request: WindowRequest, rules: FiringRules): Promise<number> {
  const target = await findReplayTarget(pool.run, request.webhookId, rules);
  if (!target) throw new AppError('not_found', 'Record not found');
  const from = performance.now();
  let cursor: Cursor | undefined;
  let count = 0;
  do {
    const window = await readWindow(pool.run, request, target, { from: cursor, rows: WINDOW_ROWS });
    count += window.candidates.length;
    cursor = window.next;
    if (cursor && performance.now() - from > MAX_COUNT_MS) {
      throw new AppError(
        'conflict',
        'the range has too many messages to count: choose since and until closer together',
        'since',
      );
    }
  } while (cursor);
  return count;
}
