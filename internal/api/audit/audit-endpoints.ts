import { z } from 'zod';
import { AUDIT_ACTIONS, type AuditAction } from '../../domain/audit/actions.js';
import { auditJson } from '../../domain/audit/audit-event.js';
import type { AuditRow } from '../../domain/audit/audit-row.js';
import type { Principal } from '../../identity/principal.js';
import { AUDIT_ORDER, listAudit } from '../../store/audit/audit-list.js';
import type { Stores } from '../api-deps.js';
import { boundedText } from '../bodies/bounds.js';
import { instant } from '../bodies/instant.js';
import { spaceId } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listHead, listOf, pagingOf, requireRange } from '../http/paging.js';
import { findFilteredSpace } from '../names/find-space.js';
import { spaceReference } from '../names/reference.js';

const MAX_NAME = 512;
const actions = [...AUDIT_ACTIONS.keys()] as [AuditAction, ...AuditAction[]];
const name = (description: string) => boundedText(MAX_NAME).min(1).optional().describe(description);

const query = z.object({
  ...pagingOf(AUDIT_ORDER),
  principal: name('The caller, such as `token:17` or `user:1`.'),
  action: z
    .enum(actions)
    .optional()
    .describe(
      `The kind of change or read: ${[...AUDIT_ACTIONS].map(([action, what]) => `\`${action}\` (${what})`).join('; ')}.`,
    ),
  object: name('The thing that was changed or read, such as `webhook:17`.'),
  space: spaceReference.optional().describe('Only what belongs to this space: its number, or `key:<key>`.'),
  since: instant.optional().describe('Only rows from this time on.'),
  until: instant.optional().describe('Only rows before this time.'),
});

const auditAnswer = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    principal: z.string().describe('The token, the user, or `database` for a command on the database.'),
    request_id: z.string().nullable(),
    address: z
      .string()
      .nullable()
      .describe('The address of the connection. Callers of some spaces see those of such callers only.'),
    action: z.string(),
    object: z.string(),
    space_id: spaceId.nullable().describe('Null if it belongs to no space, or to several.'),
    changes: z
      .record(z.string(), z.object({ before: z.unknown().optional(), after: z.unknown().optional() }))
      .describe('The values of each field before and after. Secrets are named, and their values are not stored.'),
  })
  .meta({ title: 'AuditRow' });

/** The record of changes through the API, and of reads of payloads with tokens. */
export function makeAuditEndpoints({ db }: Pick<Stores, 'db'>): readonly Endpoint[] {
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/audit',
        operationId: 'listAudit',
        scope: 'audit:read',
        summary: 'List who changed what through the API, and who read payloads with a token, newest first',
        query,
        answers: { 200: { description: 'A page of the audit.', schema: listOf(auditAnswer) } },
        refuses: ['conflict', 'not_found'],
        beyondSchema: ['`since` is not before `until`'],
      },
      async ({ principal, query: { limit, page, cursor, space, ...filter } }) => {
        requireRange(filter);
        const named = await findFilteredSpace(db, principal, { space, source: 'space' });
        const spaces = named === undefined ? principal.spaces : [named];
        const { nodes, ...list } = await listAudit(db, { ...filter, spaces }, { limit, page, cursor });
        return { status: 200, json: { ...listHead(list), nodes: nodes.map((row) => shownTo(principal, row)) } };
      },
    ),
  ];
}

/** A customer does not learn from where the platform works. */
function shownTo({ spaces }: Principal, row: AuditRow): z.input<typeof auditAnswer> {
  const json = auditJson(row);
  return spaces !== 'all' && row.ofAllSpaces ? { ...json, address: null } : json;
}
