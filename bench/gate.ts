import type { Bench } from './bench.js';
import { atMost, strictly } from './load/target.js';
import { growth, type Metrics, readMetrics } from './metrics.js';
import { spell } from './numbers.js';
import type { Line } from './row.js';

export interface Gate {
  /** Counts the statements and commits that the work costs. */
  during<T>(work: () => Promise<T>): Promise<T>;
  lines(deliveries: number): Promise<readonly Line[]>;
  /** The journal's counters, summed over the work. */
  metrics(): Growth;
}

type Growth = (name: string) => number;

/**
 * Statements and commits at saturation. They are counts, but have some noise: faster commits make smaller batches.
 * Statements are those that the service's journal sent. Commits are those that wrote, each of which costs a flush; for
 * comparison, the line also has all commits that PostgreSQL counts: those that only read, autovacuum's, and the
 * service's while the yardstick ran.
 */
export async function openGate(bench: Bench): Promise<Gate> {
  const { database, service } = bench;
  const commitsBefore = await database.commits();
  const claimedBefore = await database.claimed();
  const pairs: { readonly before: Metrics; readonly after: Metrics }[] = [];
  let writes = 0;
  const sum: Growth = (name) => pairs.reduce((total, { before, after }) => total + growth(name, before, after), 0);
  return {
    async during(work) {
      const before = await readMetrics(service.metrics);
      const writesBefore = await database.writes();
      const result = await work();
      writes += (await database.writes()) - writesBefore;
      pairs.push({ before, after: await readMetrics(service.metrics) });
      return result;
    },
    async lines(deliveries) {
      const each = (count: number) => (count * 1000) / deliveries;
      const statements = each(sum('hukz_journal_statements_total'));
      const commits = each(writes);
      const all = each((await database.commits()) - commitsBefore);
      const claimed = each((await database.claimed()) - claimedBefore);
      const base = { id: 'gate', unit: '' };
      return [
        {
          ...base,
          what: 'SQL statements per 1,000 deliveries',
          values: [statements],
          targets: [strictly(atMost(statements, 20))],
        },
        {
          ...base,
          what: 'commits per 1,000 deliveries',
          values: [commits],
          targets: [strictly(atMost(commits, 15))],
          notes: [
            `all transactions of the database, with reading ones, autovacuum's and the pauses between runs: ${spell(all)}`,
            `deliveries not sent from memory but claimed from the database, per 1,000: ${spell(claimed)}`,
          ],
        },
      ];
    },
    metrics: () => sum,
  };
}

/** The mean size of the journal's batches and the mean duration of a commit. */
export function batchNote(grown: Growth): string {
  const spellKind = (kind: string) => {
    const count = grown(`hukz_journal_batch_items_count{kind="${kind}"}`);
    const items = grown(`hukz_journal_batch_items_sum{kind="${kind}"}`) / count;
    const ms = (grown(`hukz_journal_flush_seconds_sum{kind="${kind}"}`) / count) * 1000;
    return `${kind} ${spell(items)} in ${spell(ms)} ms`;
  };
  return `mean batch: ${spellKind('accept')}, ${spellKind('settle')}`;
}
