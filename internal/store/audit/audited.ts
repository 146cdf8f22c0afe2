import type { AuditedObject, AuditRow, AuditSource, FieldChanges } from '../../domain/audit/audit-row.js';
import { bounded, changesBetween } from '../../domain/audit/field-changes.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import { accompaniedBy, accompaniedIn, type Companion, companionOf } from './companion.js';
import { insertAudit, type RunInChange } from './insert-audit.js';
import type { Resources, ShownForms } from './shown-forms.js';

type Json = Readonly<Record<string, unknown>>;

/** A change whose rows in the audit are written in its transaction. */
export interface Audit extends AuditSource {
  readonly forms: ShownForms;
  /** Gets the rows after the commit. Must not throw. Undefined: the rows are not published. */
  readonly committed?: ((rows: readonly AuditRow[]) => void) | undefined;
}

/** The objects of one transaction. A transaction that is repeated begins with none. */
class Notes {
  #pending: AuditedObject[] = [];
  #rows: AuditRow[] = [];

  constructor(private readonly audit: Audit) {}

  add({ changes, ...object }: AuditedObject): void {
    this.#pending.push({ ...object, changes: bounded(changes) });
  }

  compared<Kind extends keyof Resources>(kind: Kind, change: ResourceChange<Kind>): AuditedObject {
    const { id, spaceId, before, after, secrets = [] } = change;
    const form: (resource: Resources[Kind]) => Json = this.audit.forms[kind];
    const replaced: FieldChanges = secrets.length > 0 ? { secrets: { after: [...new Set(secrets)] } } : {};
    return {
      object: `${kind}:${id}`,
      spaceId,
      changes: { ...changesBetween(before && form(before), after && form(after)), ...replaced },
    };
  }

  async write(run: RunInChange): Promise<void> {
    const objects = this.#pending;
    this.#pending = [];
    const rows = await insertAudit(run, this.audit, objects);
    if (this.audit.committed) this.#rows.push(...rows);
  }

  beforeCommit(trx: Db): Promise<void> {
    return this.write(async (text, value) => (await trx.raw(text.replace('$1', '?'), [value])).rows);
  }

  afterCommit(): void {
    if (this.#rows.length > 0) this.audit.committed?.(this.#rows);
  }
}

class Auditing implements Companion {
  constructor(readonly audit: Audit) {}

  begin(): Notes {
    return new Notes(this.audit);
  }
}

/** The same pool, whose changes are audited. */
export const auditedBy = (db: Db, audit: Audit): Db => accompaniedBy(db, new Auditing(audit));

/** Notes what the transaction changes. Without an audit, as in the service's own work, it does nothing. */
export function noteObject(trx: Db, object: AuditedObject): void {
  const part = accompaniedIn(trx);
  if (part instanceof Notes) part.add(object);
}

/** A resource before and after a change. Undefined means that there is, or was, none. */
export interface ResourceChange<Kind extends keyof Resources> {
  readonly id: number;
  readonly spaceId?: number | undefined;
  readonly before?: Resources[Kind] | undefined;
  readonly after?: Resources[Kind] | undefined;
  /** The names of the secrets that were replaced. Their values are nowhere in the audit. */
  readonly secrets?: readonly string[] | undefined;
}

/** Notes how the transaction changes a resource. */
export function noteChange<Kind extends keyof Resources>(trx: Db, kind: Kind, change: ResourceChange<Kind>): void {
  const part = accompaniedIn(trx);
  if (part instanceof Notes) part.add(part.compared(kind, change));
}

/** Writes what was noted until now, so that a long transaction does not keep all of it in memory. */
export async function writeNoted(trx: Db): Promise<void> {
  const part = accompaniedIn(trx);
  if (part instanceof Notes) await part.beforeCommit(trx);
}

/** Writes a row of something that changes no row itself, such as a read. */
export async function recordObjects(db: Db, objects: readonly AuditedObject[]): Promise<void> {
  if (objects.length === 0) return;
  await inTransaction(db, async (trx) => {
    for (const object of objects) noteObject(trx, object);
  });
}

/** The audit of the changes that are made on a pool. */
export function auditIn(db: Db): Audit | undefined {
  const companion = companionOf(db);
  return companion instanceof Auditing ? companion.audit : undefined;
}

/** The connections of the journal, and the audit of what a caller changes there. */
export interface AuditedPool {
  readonly pool: JournalPool;
  readonly audit?: Audit | undefined;
}

/** Runs statements of the journal. With an audit, they are one transaction with its rows. */
export async function auditedRun<T>(
  { pool, audit }: AuditedPool,
  work: (run: JournalPool['run'], note: (object: AuditedObject) => void) => Promise<T>,
): Promise<T> {
  if (!audit) return work(pool.run, () => undefined);
  const notes = new Notes(audit);
  const value = await pool.transaction(async (run) => {
    const done = await work(run, (object) => notes.add(object));
    await notes.write((text, parameter) => run({ text }, [parameter]));
    return done;
  });
  notes.afterCommit();
  return value;
}
