import { AppError } from '../../errors.js';
import type { Db } from '../postgres/knex.js';
import type { Recorded } from '../postgres/record.js';

/** The revisions from which a change may start, as a caller writes them. Undefined means any. */
export type ExpectedRevisions = ReadonlySet<string> | undefined;

/** A row that a user changes. */
export interface ChangeOf {
  readonly id: number;
  readonly userId: number;
  readonly expected?: ExpectedRevisions;
}

/** Refuses a change that starts from another revision. The row must be locked. @throws `precondition_failed` */
export function requireRevision({ revision }: Pick<Recorded, 'revision'>, { expected }: ChangeOf): void {
  if (!expected || expected.has(String(revision))) return;
  const sentence = `the revision is "${revision}", which If-Match does not name: read it again, then repeat the change`;
  throw new AppError('precondition_failed', sentence, 'If-Match');
}

/** Locks a row that is not deleted against other changes until the transaction ends, and checks its revision. */
export async function lockRow(trx: Db, table: 'events' | 'webhooks', change: ChangeOf): Promise<void> {
  const [row]: { revision: number }[] = await trx(table)
    .where({ id: change.id })
    .whereNull('deleted_at')
    .forUpdate()
    .select('revision');
  if (!row) throw new AppError('not_found', 'Record not found');
  requireRevision(row, change);
}
