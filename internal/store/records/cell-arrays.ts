/** The cells of a row that is written, by the names of their columns. */
export type Cells = Readonly<Record<string, unknown>>;

/** The rows as one array per column, for a statement whose text is the same for any number of rows. */
export interface CellArrays {
  readonly names: readonly string[];
  /** `?::text[], …`, in the order of `names`. */
  readonly places: string;
  readonly values: readonly string[][];
}

/** Turns rows that have the same columns into arrays. Columns that `types` does not name are text. */
export function cellArrays(rows: readonly Cells[], types: Readonly<Record<string, string>>): CellArrays {
  const names = Object.keys(rows[0] ?? {});
  return {
    names,
    places: names.map((name) => `?::${types[name] ?? 'text'}[]`).join(', '),
    // The types of knex know no null in an array.
    values: names.map((name) => rows.map((row) => row[name] ?? null) as string[]),
  };
}
