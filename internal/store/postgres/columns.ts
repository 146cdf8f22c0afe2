/** A column, and the form in which its value is written. The driver reads it in the form of the value. */
export interface Column<Value> {
  readonly name: string;
  readonly write: (value: Value) => unknown;
}

export const column = <Value>(name: string): Column<Value> => ({ name, write: (value) => value });

/** A `jsonb` column. The driver would write a list as an array of PostgreSQL. */
export const jsonColumn = <Value>(name: string): Column<Value> => ({ name, write: (value) => JSON.stringify(value) });

/** A `jsonb` column that may be null. */
export const nullableJsonColumn = <Value>(name: string): Column<Value | null> => ({
  name,
  write: (value) => value && JSON.stringify(value),
});

/** A table of the columns that users set, by property. */
type Columns = Readonly<Record<string, Column<never>>>;

/** The values of the columns, by property. */
export type ValuesIn<Table extends Columns> = {
  readonly [Property in keyof Table]: Table[Property] extends Column<infer Value> ? Value : never;
};

/** Reads the values of these columns from a row that has them. */
export function readColumns<Table extends Columns>(columns: Table, row: object): ValuesIn<Table> {
  const cells = new Map<string, unknown>(Object.entries(row));
  const values = Object.entries(columns).map(([property, { name }]) => [property, cells.get(name)]);
  return Object.fromEntries(values) as ValuesIn<Table>;
}

/** Returns the cells to insert or update, by the name of the column. */
export function writeColumns<Table extends Columns>(columns: Table, values: ValuesIn<Table>): Record<string, unknown> {
  const byProperty = new Map<string, unknown>(Object.entries(values));
  const cells = Object.entries(columns).map(([property, { name, write }]) => {
    return [name, write(byProperty.get(property) as never)] as const;
  });
  return Object.fromEntries(cells);
}
