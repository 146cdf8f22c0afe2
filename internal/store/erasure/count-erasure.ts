import type { ErasureSelection } from '../../domain/erasure/erasure.js';
import { AppError } from '../../errors.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { type ErasureCursor, readErasureWindow } from './erasure-window.js';
import { countQuarantined } from './quarantined.js';

const WINDOW_ROWS = 10_000;
const MAX_COUNT_MS = 20_000;

export interface ErasureCount {
  readonly total: number;
  readonly undecided: number;
}

/**
 * Counts the messages that an erasure would erase, by the same windows as the erasure itself. A selection that takes
 * too long to look through is refused as `conflict`.
 */
export async function countErasure(
  pool: JournalPool,
  selection: ErasureSelection,
  maxBytes: number,
): Promise<ErasureCount> {
  const from = performance.now();
  let cursor: ErasureCursor | undefined;
  let total = await countQuarantined(pool.run, selection);
  let undecided = 0;
  do {
    const window = await readErasureWindow(pool.run, selection, { from: cursor, rows: WINDOW_ROWS, maxBytes });
    total += window.messages.length;
    undecided += window.undecided;
    cursor = window.next;
    if (cursor && performance.now() - from > MAX_COUNT_MS) {
      const message = 'the range has too many messages to count: choose since and until closer together';
      throw new AppError('conflict', message, 'filter');
    }
  } while (cursor);
  return { total, undecided };
}
