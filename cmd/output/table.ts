import stringWidth from 'string-width';
import { cell } from './cell.js';
import type { Paint } from './colour.js';
import { type Columns, shownValue } from './columns.js';

const GAP = '  ';
const MIN_WIDTH = 8;

export interface TableOptions {
  readonly paint: Paint;
  /** The width of the terminal, to which rows are cut. Undefined: they are as wide as they are. */
  readonly maxWidth: number | undefined;
}

/** A table that is printed page by page: the widths are those of the first page. */
export function makeTable<Node>(columns: Columns<Node>, { paint, maxWidth }: TableOptions) {
  const heads = columns.map(({ name }) => name.toUpperCase().replaceAll('_', ' '));
  let widths: readonly number[] | undefined;
  return (nodes: readonly Node[]): string => {
    const rows = nodes.map((node) => columns.map((column) => cell(shownValue(column, node))));
    const isFirst = widths === undefined;
    widths ??= fitted([heads, ...rows], maxWidth);
    const layout = { widths, isCut: maxWidth !== undefined };
    const colours = nodes.map((node) => columns.map(({ colour }) => colour?.(node)));
    const lines = rows.map((row, at) => formatLine(row, layout, (text, column) => paint(colours[at]?.[column], text)));
    return [...(isFirst ? [formatLine(heads, layout, (text) => paint('dim', text))] : []), ...lines].join('');
  };
}

/** The widths of the columns. If the rows are too wide, the widest columns lose most. */
function fitted(rows: readonly (readonly string[])[], maxWidth: number | undefined): readonly number[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => stringWidth(row[at] ?? ''))));
  if (maxWidth === undefined) return widths;
  const room = maxWidth - GAP.length * (widths.length - 1);
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= MIN_WIDTH) break;
    widths[widest] = width - 1;
  }
  return widths;
}

function formatLine(
  cells: readonly string[],
  { widths, isCut }: { readonly widths: readonly number[]; readonly isCut: boolean },
  paint: (text: string, column: number) => string,
): string {
  const shown = cells.map((text, column) => {
    const width = widths[column] ?? 0;
    const fitting = isCut ? cut(text, width) : text;
    const isLast = column === cells.length - 1;
    return paint(fitting, column) + (isLast ? '' : ' '.repeat(Math.max(0, width - stringWidth(fitting))));
  });
  return `${shown.join(GAP)}\n`;
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let shown = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(shown + segment) > width - 1) break;
    shown += segment;
  }
  return `${shown}…`;
}
