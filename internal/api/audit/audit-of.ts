import type { Request, Response } from 'express';
import type { AuditSource } from '../../domain/audit/audit-row.js';
import type { Audit } from '../../store/audit/audited.js';
import type { AuditTrail } from '../api-deps.js';
import { principalOf } from '../http/caller.js';
import type { Endpoint } from '../http/endpoint.js';
import { requestIdOf } from '../http/request-id.js';
import { AUDIT_FORMS } from './audit-forms.js';

/** An IPv4 address that a socket of both families shows. */
const MAPPED = /^::ffff:(?=[0-9.]+$)/;

/** The audit of what a request changes. */
export function auditOf(
  { audit: action, operationId }: Endpoint,
  { req, res }: { readonly req: Request; readonly res: Response },
  trail: AuditTrail,
): Audit {
  if (action === undefined || action === 'none') throw new Error(`${operationId} has no action for the audit`);
  const { subject, spaces } = principalOf(res);
  const source: AuditSource = {
    principal: subject,
    ofAllSpaces: spaces === 'all',
    requestId: requestIdOf(res),
    address: req.socket.remoteAddress?.replace(MAPPED, ''),
    action,
  };
  return { ...source, forms: AUDIT_FORMS, committed: trail.audited };
}
