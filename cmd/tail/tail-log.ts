import { type Attempt, attemptOfLog, type LogRow } from './attempt.js';

export interface TailLogOptions {
  /** Reads the newest logs, newest first, in pages. */
  pages(): AsyncIterable<{ readonly nodes: readonly LogRow[] }>;
  onAttempt(attempt: Attempt): void;
}

/**
 * Follows the log by reading its newest rows again and again. A row is written after its attempt, and rows of several
 * instances may become visible in another order than that of their ids, so that each reading goes back some rows.
 */
export class TailLog {
  /** The ids of rows that are known, at most those of the last readings. */
  private known = new Set<number>();
  private isFirst = true;

  constructor(private readonly options: TailLogOptions) {}

  /** Reads the rows since the last reading. The first reading only finds where the log ends. */
  async readNew(): Promise<void> {
    const fresh: LogRow[] = [];
    const seen = new Set<number>();
    for await (const { nodes } of this.options.pages()) {
      for (const log of nodes) {
        seen.add(log.id);
        if (!this.known.has(log.id)) fresh.push(log);
      }
      const reachesKnown = nodes.some(({ id }) => this.known.has(id));
      if (this.isFirst || reachesKnown || nodes.length === 0 || seen.size >= MAX_ROWS_PER_READING) break;
    }
    if (!this.isFirst) for (const log of fresh.reverse()) this.options.onAttempt(attemptOfLog(log));
    this.known = seen.size > 0 ? seen : this.known;
    this.isFirst = false;
  }
}

const MAX_ROWS_PER_READING = 1000;
