import type { Judged } from './flat.js';

const HEAD = ['measure', '2nd quarter', 'last quarter', 'highest', 'unit', ''];

/** One line per measure, in plain text. */
export function soakTable(judged: readonly Judged[]): string {
  const rows = [HEAD, ...judged.map(toRow)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) => column > 0 && column < 4;
  const spell = (row: readonly string[]) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(spell).join('\n');
}

const toRow = ({ name, early, late, highest, unit, verdict }: Judged): string[] => [
  name,
  spellNumber(early),
  spellNumber(late),
  spellNumber(highest),
  unit,
  verdict === 'grows' ? 'GROWS' : verdict,
];

const spellNumber = (value: number) => (Math.abs(value) < 100 ? value.toFixed(2) : value.toFixed(0));
