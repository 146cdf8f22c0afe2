import type { AuditRow } from './audit-row.js';

/** The prefix under which hukz publishes its audit. */
export const AUDIT_PREFIX = 'hukz.audit.';

/** The message about a row: `hukz.audit.<space>.<kind>.<verb>`, where the space is `-` for a thing that has none. */
export const auditEventOf = (row: AuditRow) => ({
  subject: `${AUDIT_PREFIX}${row.spaceId ?? '-'}.${row.action}`,
  payload: JSON.stringify(auditJson(row)),
});

/** A row of the audit in its public form. */
export const auditJson = (row: AuditRow) => ({
  id: row.id,
  at: row.at.toISOString(),
  principal: row.principal,
  request_id: row.requestId ?? null,
  address: row.address ?? null,
  action: row.action,
  object: row.object,
  space_id: row.spaceId ?? null,
  changes: row.changes,
});
