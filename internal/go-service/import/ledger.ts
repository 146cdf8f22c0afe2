import type { Db } from '../../store/postgres/knex.js';

export type Kind = 'event' | 'webhook';

/** The state of a row when both sides were equal. */
export interface Entry {
  readonly hash: string;
  readonly revision: number;
  readonly problem: string | null;
}

/** The rows that were imported or brought back, by id. */
export type Ledger = ReadonlyMap<number, Entry>;

interface LedgerRow {
  readonly id: number;
  readonly go_hash: string;
  readonly revision: number;
  readonly problem: string | null;
}

export async function readLedger(db: Db, kind: Kind): Promise<Ledger> {
  const rows: LedgerRow[] = await db('go_imports').where({ kind }).select('id', 'go_hash', 'revision', 'problem');
  return new Map(rows.map(({ id, go_hash: hash, revision, problem }) => [id, { hash, revision, problem }]));
}

interface Equal {
  readonly id: number;
  readonly hash: string;
  readonly problem?: string | null | undefined;
}

/** Remembers that these rows are equal on both sides now. */
export async function writeLedger(trx: Db, kind: Kind, rows: readonly Equal[]): Promise<void> {
  const equal = rows.map(({ id, hash, problem = null }) => ({ id, hash, problem }));
  await trx.raw(
    `insert into go_imports (kind, id, go_hash, revision, problem)
     select ?, r.id, r.hash, o.revision, r.problem
     from jsonb_to_recordset(?::jsonb) as r (id int, hash text, problem text)
     join ?? o on o.id = r.id
     on conflict (kind, id) do update
       set go_hash = excluded.go_hash, revision = excluded.revision, problem = excluded.problem`,
    [kind, JSON.stringify(equal), `${kind}s`],
  );
}
