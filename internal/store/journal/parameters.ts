import { charArray, float8Array, int4Array, int8Array, type Pick, textArray, uuidArray } from './binary-array.js';

/**
 * Names the parameters of a statement, for statements with so many that `$17` is not readable. The parameters are
 * declared once, in one object: a `value` is one parameter, and `columns` are one array per column of a list of items.
 * The statement's text and its values use the names, so nothing depends on the order. The text is made when the module
 * is loaded. An execution writes the arrays and nothing else.
 */
export function parameters<D extends Declarations>(declared: D): Parameters<D> {
  const references: Record<string, unknown> = {};
  const writers: ((sent: Readonly<Record<string, unknown>>, to: unknown[]) => void)[] = [];
  let count = 0;
  const refer = (type: string | undefined) => (type === undefined ? `$${++count}` : `$${++count}::${type}`);

  for (const [name, parameter] of Object.entries(declared)) {
    if (parameter.kind === 'value') {
      references[name] = refer(parameter.type);
      writers.push((sent, to) => to.push(sent[name]));
      continue;
    }
    const columns = Object.entries(parameter.columns);
    references[name] = Object.fromEntries(columns.map(([column, { type }]) => [column, refer(type)]));
    const writes = columns.map(([, column]) => column.write);
    writers.push((sent, to) => {
      const items = sent[name] as readonly unknown[];
      for (const write of writes) to.push(write(items));
    });
  }

  return {
    $: references as References<D>,
    values(sent) {
      const values: unknown[] = [];
      for (const write of writers) write(sent, values);
      return values;
    },
  };
}

interface Parameters<D> {
  /** The references in the text: `$1`, or `$1::bytea` where a type is given; columns by their name, as `$2::uuid[]`. */
  readonly $: References<D>;
  /** Returns the values in the order of the numbers. */
  values(sent: Sent<D>): unknown[];
}

type Declarations = Readonly<Record<string, Value<unknown> | Columns<unknown, string>>>;

interface Value<V> {
  readonly kind: 'value';
  readonly type: string | undefined;
  /** Tells the compiler the type of the value; never present. */
  readonly sent?: V;
}

interface Columns<T, N extends string> {
  readonly kind: 'columns';
  readonly columns: Readonly<Record<N, Column<T>>>;
}

export interface Column<T> {
  /** The SQL type of the array. */
  readonly type: string;
  write(items: readonly T[]): unknown;
}

type References<D> = {
  readonly [K in keyof D]: D[K] extends Columns<infer _, infer N> ? Readonly<Record<N, string>> : string;
};

type Sent<D> = {
  readonly [K in keyof D]: D[K] extends Columns<infer T, string>
    ? readonly T[]
    : D[K] extends Value<infer V>
      ? V
      : never;
};

/** One parameter, sent as it is. */
export function value<V>(type?: string): Value<V> {
  return { kind: 'value', type };
}

/**
 * One array per column of the items. The item's type is named first, `columns<Item>()({ … })`, so that the columns know
 * it.
 */
export const columns =
  <T>() =>
  <C extends Readonly<Record<string, Column<T>>>>(given: C): Columns<T, keyof C & string> => ({
    kind: 'columns',
    columns: given,
  });

export const uuids = <T>(pick: Pick<T, string>): Column<T> => ({
  type: 'uuid[]',
  write: (items) => uuidArray(items, pick),
});
export const int4s = <T>(pick: Pick<T, number>): Column<T> => ({
  type: 'int[]',
  write: (items) => int4Array(items, pick),
});
export const int8s = <T>(pick: Pick<T, number>): Column<T> => ({
  type: 'bigint[]',
  write: (items) => int8Array(items, pick),
});
export const float8s = <T>(pick: Pick<T, number>): Column<T> => ({
  type: 'float8[]',
  write: (items) => float8Array(items, pick),
});
export const texts = <T>(pick: Pick<T, string>): Column<T> => ({
  type: 'text[]',
  write: (items) => textArray(items, pick),
});
export const chars = <T>(pick: Pick<T, string>): Column<T> => ({
  type: '"char"[]',
  write: (items) => charArray(items, pick),
});

/** Returns the column, or an empty array when `isNeeded` is true of no item: `unnest` then fills it with nulls. */
export const whenAny = <T>(isNeeded: (item: T) => unknown, { type, write }: Column<T>): Column<T> => ({
  type,
  write: (items) => write(items.some(isNeeded) ? items : []),
});

/** Builds rows of the named columns, or of all columns: `unnest(…) as input(id, key)`. */
export function rowsOf<N extends string>(references: Readonly<Record<N, string>>, ...names: readonly N[]): string {
  const [arrays, columnNames] = listed(references, names);
  return `unnest(${arrays}) as input(${columnNames})`;
}

/** As `rowsOf`, with the number of each row as `no`, from 1 on. */
export function numberedRowsOf<N extends string>(
  references: Readonly<Record<N, string>>,
  ...names: readonly N[]
): string {
  const [arrays, columnNames] = listed(references, names);
  return `unnest(${arrays}) with ordinality as input(${columnNames}, no)`;
}

function listed(references: Readonly<Record<string, string>>, names: readonly string[]): [string, string] {
  const listed = names.length > 0 ? names : Object.keys(references);
  return [listed.map((name) => references[name]).join(', '), listed.join(', ')];
}
