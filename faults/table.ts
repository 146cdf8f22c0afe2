import type { Outcome } from './run-scenario.js';

const HEAD = ['scenario', 'mode', 'messages', 'faults', 'lost', 'unacked', 'duplicates', 'recovered', 'took', ''];

/** One line per scenario and mode, in plain text. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = [HEAD, ...outcomes.map(toRow)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number) => column < 2 || column === HEAD.length - 1;
  const spell = (row: readonly string[]) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(spell).join('\n');
}

function toRow({ scenario, mode, faults, seconds, result }: Outcome): string[] {
  const took = `${seconds.toFixed(0)} s`;
  if (result.kind !== 'held')
    return [
      scenario.name,
      mode,
      '',
      String(faults),
      '',
      '',
      '',
      '',
      took,
      result.kind === 'failed' ? 'FAILED' : `skipped: ${result.why}`,
    ];
  const { messages, lost, unacknowledged, duplicates } = result.finding;
  const counts = [messages, faults, lost, unacknowledged, duplicates].map(String);
  return [scenario.name, mode, ...counts, `${(result.recoveredMs / 1000).toFixed(1)} s`, took, 'held'];
}
