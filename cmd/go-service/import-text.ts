import type { BackReport } from '../../internal/go-service/back/back-catalog.js';
import type { BackLogs } from '../../internal/go-service/back/back-logs.js';
import type { ImportReport } from '../../internal/go-service/import/import-catalog.js';
import type { Note } from '../../internal/go-service/import/plan.js';

const MEANINGS: Readonly<Record<Note['weight'], string>> = {
  unused: 'kept, but not used',
  changed: 'not as it was',
  conflict: 'not brought',
};

interface BroughtLogs {
  readonly brought: number | undefined;
  readonly skipped: number;
  readonly withoutBody: number;
}

interface Brought {
  readonly dryRun: boolean;
  readonly logs: BroughtLogs | undefined;
}

/** The report of an import, or of a dry run. */
export function importText({ events, webhooks, notes }: ImportReport, { dryRun, logs }: Brought): string {
  const verb = dryRun ? 'would be brought' : 'were brought';
  const lines = [
    `${events} events and ${webhooks} webhooks ${verb}`,
    ...(logs?.brought === undefined ? [] : [`${logs.brought} logs ${verb}`]),
    ...(logs && logs.skipped > 0 ? [`${logs.skipped} logs have no usable time and are left out`] : []),
    ...(logs && logs.withoutBody > 0 ? [`${logs.withoutBody} logs have a body above 16 MiB, which is left out`] : []),
    ...notes.map(({ kind, id, weight, says }) => `${kind} ${id} (${MEANINGS[weight]}): ${says}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The report of changes that were brought back, and of facts that the Go service cannot express. */
export function backText(
  { events, webhooks, notes }: BackReport,
  { dryRun, logs }: { readonly dryRun: boolean; readonly logs: BackLogs | undefined },
): string {
  const lines = [
    `${events} events and ${webhooks} webhooks ${dryRun ? 'would be' : 'were'} written into the tables of the Go service`,
    ...(logs ? [`${logs.written} logs were written`] : []),
    ...(logs && logs.taken > 0 ? [`${logs.taken} logs were not written: other logs have their ids there`] : []),
    ...notes.map(({ kind, id, says }) => (id === undefined ? says : `${kind} ${id}: ${says}`)),
  ];
  return `${lines.join('\n')}\n`;
}
