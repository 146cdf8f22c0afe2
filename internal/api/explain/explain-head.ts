import { z } from 'zod';
import type { MessageHead } from '../../domain/matching/message-view.js';
import { NO_VIOLATION, type Verdict } from '../../domain/schema/verdict.js';
import type { Matching } from '../api-deps.js';
import { mode, problems } from '../schemas/schema-answer.js';

/** The members of an explanation that are about the message itself. */
export const headShape = {
  subject_registered: z.boolean().describe('Whether an event covers the subject now.'),
  schema: z
    .object({ event: z.string(), version: z.string(), mode, problems })
    .optional()
    .describe('Present if the message breaks a schema. With `reject` and `quarantine`, no webhook gets it.'),
  problem: z
    .string()
    .optional()
    .describe('Why the message fires nothing at all, such as a malformed `Hukz-Delay` or a reserved subject.'),
  next_cursor: z
    .string()
    .optional()
    .describe('The `cursor` of the next page. Absent on the last page. A page may have fewer webhooks than `limit`.'),
};

const RESERVED = 'messages of this subject fire no webhook: it belongs to NATS, to replies or to hukz itself';

export function headJson({ catalog, isReserved }: Matching, message: MessageHead, verdict: Verdict = NO_VIOLATION) {
  const { subject, routing } = message;
  const problem = isReserved(subject) ? RESERVED : routing.ok ? undefined : routing.problem;
  const schema = schemaJson(verdict);
  return { subject_registered: !isReserved(subject) && catalog.eventsOf(subject).length > 0, schema, problem };
}

function schemaJson(verdict: Verdict) {
  if (verdict.kind === 'pass') return undefined;
  const { event, version, problems: found } = verdict.violation;
  return { event, version, mode: verdict.kind, problems: found };
}
