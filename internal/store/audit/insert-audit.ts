import type { AuditedObject, AuditRow, AuditSource } from '../../domain/audit/audit-row.js';

/** Runs a statement with one parameter, `$1`, in the transaction of the change. */
export type RunInChange = (text: string, value: string) => Promise<readonly object[]>;

/** A declaration may change 10,000 things. */
const ROWS_AT_ONCE = 500;

const INSERT = `
  insert into audit (principal, of_all_spaces, request_id, address, action, object, space_id, changes)
  select principal, of_all_spaces, request_id, address, action, object, space_id, changes
  from jsonb_to_recordset($1::jsonb) as new (principal text, of_all_spaces boolean, request_id text, address text,
    action text, object text, space_id bigint, changes jsonb)
  returning id, at`;

/** Writes what was changed. Returns the rows in the order of the objects. */
export async function insertAudit(
  run: RunInChange,
  source: AuditSource,
  objects: readonly AuditedObject[],
): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = [];
  for (let from = 0; from < objects.length; from += ROWS_AT_ONCE) {
    const batch = objects.slice(from, from + ROWS_AT_ONCE);
    const cells = batch.map(({ object, spaceId, changes }) => ({
      principal: source.principal,
      of_all_spaces: source.ofAllSpaces,
      request_id: source.requestId,
      address: source.address,
      action: source.action,
      object,
      space_id: spaceId,
      changes,
    }));
    const inserted = (await run(INSERT, JSON.stringify(cells))) as readonly { id: string; at: Date }[];
    for (const [nth, { id, at }] of inserted.entries()) {
      const object = batch[nth];
      if (object) rows.push({ ...source, ...object, id, at });
    }
  }
  return rows;
}
