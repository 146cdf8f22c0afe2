import type { Db } from '../postgres/knex.js';

/**
 * The envelope of a secret: 1 names the webhook and the purpose, 2 also the row. It is stored in
 * `webhook_secrets.envelope` and `instances.reads_envelope`.
 */
export const ENVELOPE = 2;

/** The name of a row of `webhook_secrets`: its id, which is never used again, and its creation time in microseconds. */
const NAME = `id::text || ' ' || (extract(epoch from created_at) * 1000000)::bigint::text`;
/** The value of `SealedSecret.row`, for a select. */
export const SEALED_ROW = `case when envelope = ${ENVELOPE} then ${NAME} end`;
/** The name that a row gets when it is sealed again, for a select. */
export const ROW_NAME = NAME;

const HAS_OLD_INSTANCES = `exists (select from instances where reads_envelope < ${ENVELOPE})`;

export interface NewSecretRow {
  readonly id: string;
  /** Undefined while an instance runs that cannot open a secret that is bound to its row. */
  readonly row: string | undefined;
}

/** Returns the ids and the names of rows that are inserted in this transaction, in ascending order. */
export async function nextSecretRows(trx: Db, count: number): Promise<readonly NewSecretRow[]> {
  const { rows }: { rows: { id: string; row: string | null }[] } = await trx.raw(
    `select *, case when not ${HAS_OLD_INSTANCES} then ${NAME} end as row
     from (
       select nextval(pg_get_serial_sequence('webhook_secrets', 'id'))::text as id, now() as created_at
       from generate_series(1, ?)
     ) fresh`,
    [count],
  );
  return rows.map(({ id, row }) => ({ id, row: row ?? undefined }));
}

/** Returns whether an instance of an earlier version runs, which can only open envelope 1. */
export async function hasOldInstances(db: Db): Promise<boolean> {
  const { rows } = await db.raw(`select ${HAS_OLD_INSTANCES} as found`);
  return rows[0].found;
}
