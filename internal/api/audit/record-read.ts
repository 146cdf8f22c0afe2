import type { AuditedObject } from '../../domain/audit/audit-row.js';
import type { Principal } from '../../identity/principal.js';
import { type Audit, auditedBy, recordObjects } from '../../store/audit/audited.js';
import type { Db } from '../../store/postgres/knex.js';

interface Reader {
  readonly principal: Principal;
  audit(): Audit;
}

/**
 * Writes that payloads are about to be read, before they are. Reads of `X-User`, whose callers are the platform itself,
 * are not written.
 */
export async function recordRead(
  db: Db,
  { principal, audit }: Reader,
  objects: () => Promise<readonly AuditedObject[]> | readonly AuditedObject[],
): Promise<void> {
  if (principal.creators === 'own') return;
  await recordObjects(auditedBy(db, audit()), await objects());
}

/** The space of a thing that belongs to several: the only one of the caller, if there is one. */
export const spaceOf = ({ spaces }: Pick<Principal, 'spaces'>): number | undefined =>
  spaces !== 'all' && spaces.length === 1 ? spaces[0] : undefined;
