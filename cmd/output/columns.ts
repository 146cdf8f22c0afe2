import { nearestWord } from '../../internal/domain/text/nearest-word.js';
import { usageError } from '../command-failed.js';
import type { Colour } from './colour.js';

/** A column of a table, or a line of a single object. */
export interface Column<Node> {
  /** The member of the API, or a name of our own with `of`. */
  readonly name: string;
  /** The value to show, if it is not the member. */
  readonly of?: (node: Node) => unknown;
  /** Shown by `-o wide`, and for a single object. */
  readonly isWide?: true;
  readonly colour?: (node: Node) => Colour | undefined;
}

export type Columns<Node> = readonly Column<Node>[];

/** The columns that `--columns` names: declared ones, or any member of a node by its path, such as `tags.app`. */
export function chooseColumns<Node>(declared: Columns<Node>, names: string, sample: readonly Node[]): Columns<Node> {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const known = declared.find((column) => column.name === name.toLowerCase());
      if (known) return known;
      const [first = ''] = name.split('.');
      const members = [...new Set(sample.flatMap((node) => Object.keys(Object(node))))];
      if (sample.length > 0 && !members.includes(first))
        throw unknownColumn(name, [...declared.map((one) => one.name), ...members]);
      return { name, of: (node: Node) => memberAt(node, name) };
    });
}

function unknownColumn(name: string, known: readonly string[]) {
  const nearest = nearestWord(name, known);
  return usageError(
    `--columns: there is no column "${name}".`,
    nearest ? `Did you mean ${nearest}?` : `There are ${[...new Set(known)].sort().join(', ')}.`,
  );
}

export const shownValue = <Node>({ name, of }: Column<Node>, node: Node) => (of ? of(node) : memberAt(node, name));

function memberAt(node: unknown, path: string): unknown {
  const whole: unknown = Reflect.get(Object(node), path);
  if (whole !== undefined || !path.includes('.')) return whole;
  const [first = '', ...rest] = path.split('.');
  return memberAt(Reflect.get(Object(node), first), rest.join('.'));
}
