import type { Knex } from 'knex';

/** The order of a list: columns that are unique together, all in one direction. */
export interface Keyset {
  readonly columns: readonly KeyColumn[];
  readonly direction: 'asc' | 'desc';
}

export interface KeyColumn {
  /** The column's name, with the table's alias where there are several tables. */
  readonly name: string;
  readonly kind: 'instant' | 'integer' | 'uuid';
}

/** The position at which a page ended: the key of its last row as text, with instants in microseconds since 1970. */
export type Cursor = readonly string[];

const KINDS = {
  instant: { form: '[0-9]{1,16}', type: 'timestamptz' },
  integer: { form: '[0-9]{1,18}', type: 'bigint' },
  uuid: { form: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', type: 'uuid' },
} as const;

export function writeCursor(cursor: Cursor): string {
  return cursor.join('.');
}

/** Returns the form of a cursor of a list in this order: plain text, so that a JSON schema can describe it. */
export function cursorForm({ columns }: Keyset): RegExp {
  return new RegExp(`^${columns.map(({ kind }) => KINDS[kind].form).join('[.]')}$`);
}

/** Reads a cursor that has the form. */
export function readCursor(written: string): Cursor {
  return written.split('.');
}

export function inOrder<Query extends Knex.QueryBuilder>(query: Query, { columns, direction }: Keyset): Query {
  query.orderBy(columns.map(({ name }) => ({ column: name, order: direction })));
  return query;
}

/** Selects the rows after the cursor. The condition on the first column alone is the one that prunes partitions. */
export function after<Query extends Knex.QueryBuilder>(query: Query, { columns, direction }: Keyset, cursor: Cursor) {
  const beyond = direction === 'desc' ? '<' : '>';
  const names = columns.map(({ name }) => name);
  const holders = columns.map(({ kind }) => `?::${KINDS[kind].type}`);
  const values = columns.map(({ kind }, n) => toValue(kind, cursor[n] ?? ''));
  query.whereRaw(`(${names.map(() => '??').join(', ')}) ${beyond} (${holders.join(', ')})`, [...names, ...values]);
  if (columns.length > 1) query.whereRaw(`?? ${beyond}= ${holders[0]}`, [names[0] ?? '', values[0] ?? '']);
  return query;
}

/** The key of a row as `cursor`, to be selected beside its columns. */
export function selectKey(db: Knex, { columns }: Keyset): Knex.Raw {
  const parts = columns.map(({ kind }) =>
    kind === 'instant' ? '(extract(epoch from ??) * 1000000)::bigint::text' : '??::text',
  );
  return db.raw(
    `array[${parts.join(', ')}] as "cursor"`,
    columns.map(({ name }) => name),
  );
}

function toValue(kind: KeyColumn['kind'], part: string): string {
  return kind === 'instant' ? readInstant(part) : part;
}

/** Reads the instant of a cursor, which is in microseconds since 1970. */
export function readInstant(part: string): string {
  const micros = part.padStart(7, '0');
  const seconds = new Date(Number(micros.slice(0, -6)) * 1000).toISOString().slice(0, -5);
  return `${seconds}.${micros.slice(-6)}Z`;
}
