import stringWidth from 'string-width';
import { cell } from './cell.js';
import type { Paint } from './colour.js';
import { type Columns, shownValue } from './columns.js';

interface Field {
  readonly name: string;
  readonly text: string;
  readonly colour?: Parameters<Paint>[0];
}

/** A single object, one line per field: its columns, and then every other member that has a value. */
export function formatFields<Node>(node: Node, columns: Columns<Node>, paint: Paint): string {
  const declared = columns.map((column) => ({
    name: column.name,
    text: cell(shownValue(column, node)),
    colour: column.colour?.(node),
  }));
  const others = Object.entries(Object(node)).filter(([name]) => !columns.some((column) => column.name === name));
  return formatLines([...declared, ...others.flatMap(([name, value]) => flattened(name, value))], paint);
}

/** Only the given columns. */
export function formatChosen<Node>(node: Node, columns: Columns<Node>, paint: Paint): string {
  return formatLines(
    columns.map((column) => ({ name: column.name, text: cell(shownValue(column, node)) })),
    paint,
  );
}

function formatLines(fields: readonly Field[], paint: Paint): string {
  const width = Math.max(0, ...fields.map(({ name }) => stringWidth(name)));
  return fields
    .map(({ name, text, colour }) => {
      const head = cell(name);
      return `${paint('dim', head)}${' '.repeat(Math.max(0, width - stringWidth(head)))}  ${paint(colour, text)}\n`;
    })
    .join('');
}

/** Members inside objects have their path as the name. Members without a value are left out. */
function flattened(name: string, value: unknown): readonly Field[] {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) {
    if (!value.some((each) => typeof each === 'object')) return value.length === 0 ? [] : [{ name, text: cell(value) }];
    return value.flatMap((each, index) => flattened(`${name}.${index}`, each));
  }
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([inner, each]) => flattened(`${name}.${inner}`, each));
  return [{ name, text: cell(value) }];
}
