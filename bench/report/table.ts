import { median, spell } from '../numbers.js';
import type { Line, Target } from '../row.js';

const TITLES = ['row', 'what', 'median', 'min – max', '× B0', 'targets'];

/** Formats the lines as text for a terminal. */
export function table(lines: readonly Line[]): string {
  const cells = [TITLES, ...lines.map(cellsOf)];
  const widths = TITLES.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const draw = (row: readonly string[]) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const notes = lines.flatMap(({ id, notes = [] }) => notes.map((note) => `${id}: ${note}`));
  const [titles, ...rows] = cells.map(draw);
  return [titles, ...rows, '', ...notes].join('\n');
}

const isNumber = (column: number) => column >= 2 && column <= 4;

function cellsOf({ id, what, unit, values, ratios, targets }: Line): string[] {
  const range = values.length > 1 ? `${spell(Math.min(...values))} – ${spell(Math.max(...values))}` : '';
  const ratio = ratios ? spell(median(ratios)) : '';
  return [id, what, `${spell(median(values))}${unit}`, range, ratio, targets.map(spellTarget).join(' · ')];
}

const spellTarget = ({ text, met }: Target) => `${text} ${met ? 'met' : 'MISSED'}`;
