import { z } from 'zod';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import { auditedBy } from '../../store/audit/audited.js';
import {
  listQuarantined,
  loadQuarantined,
  QUARANTINE_ORDER,
  RELEASE_ORDER,
  removeQuarantined,
} from '../../store/messages/quarantined.js';
import type { Quarantine, Stores } from '../api-deps.js';
import { recordRead } from '../audit/record-read.js';
import { uuidPath } from '../bodies/numbers.js';
import { SeveralRefusals } from '../bodies/several-refusals.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listHead, listOf, pagingOf } from '../http/paging.js';
import { subjectText } from '../names/find-event.js';
import { quarantinedAnswer, quarantinedJson, releasedAnswer } from './quarantine-answer.js';
import { release } from './release.js';

const event = subjectText(MAX_SUBJECT_LENGTH)
  .min(1)
  .optional()
  .describe('Only messages that break a schema of this event: its subject as it is registered.');
const query = z.object({ ...pagingOf(QUARANTINE_ORDER), event });
const several = z
  .strictObject({
    event,
    limit: z.int().min(1).max(1000).default(100).describe('Number of messages to look at.'),
    cursor: pagingOf(RELEASE_ORDER).cursor.describe('The `next_cursor` of the previous answer.'),
  })
  .meta({ title: 'ReleaseFromQuarantine', example: { event: 'orders.created', limit: 100 } });
const severalAnswer = z
  .object({
    released: z.int().min(0),
    kept: z.int().min(0).describe('Number of messages that still cannot be accepted.'),
    first_problem: z.string().optional().describe('Why the first of those cannot be accepted.'),
    next_cursor: z.string().optional().describe('Present if there are more messages to look at.'),
  })
  .meta({ title: 'ReleasedFromQuarantine' });

/** Messages in quarantine owe nothing to a space, so that only callers of all spaces see them. */
function requireAllSpaces({ spaces }: Principal): void {
  if (spaces !== 'all') throw new AppError('not_found', 'Record not found');
}

export function makeQuarantineEndpoints(deps: Pick<Stores, 'db'> & Quarantine): readonly Endpoint[] {
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/quarantine',
        operationId: 'listQuarantine',
        scope: 'messages:read',
        summary: 'List the messages in quarantine, newest first. A caller of some spaces sees none',
        query,
        answers: { 200: { description: 'A page of messages.', schema: listOf(quarantinedAnswer) } },
        refuses: ['conflict', 'not_found'],
      },
      async ({ principal, query: { event: subject, ...page } }) => {
        if (principal.spaces !== 'all') return { status: 200, json: { total: 0, nodes: [] } };
        const { nodes, ...list } = await listQuarantined(deps.db, { event: subject }, page);
        return { status: 200, json: { ...listHead(list), nodes: nodes.map(quarantinedJson) } };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/quarantine/release',
        operationId: 'releaseQuarantine',
        audit: 'message.release',
        scope: 'events:write',
        summary: 'Release messages from quarantine, oldest first. Each is checked again, and stays if it is refused',
        body: several,
        bodyIsOptional: true,
        answers: { 200: { description: 'The number of messages that were released.', schema: severalAnswer } },
        refuses: ['conflict', 'not_found', 'unprocessable', 'unavailable'],
      },
      async ({ audit, body: { event: subject, limit, cursor } }) => {
        const list = await listQuarantined(deps.db, { event: subject }, { limit, page: 1, cursor }, RELEASE_ORDER);
        const audited = auditedBy(deps.db, audit());
        let released = 0;
        const refusals: string[] = [];
        for (const { id } of list.nodes) {
          const refusal = await release(deps, audited, id).then(() => undefined, sentenceOf);
          if (refusal === undefined) released++;
          else refusals.push(refusal);
        }
        const [first] = refusals;
        const json = {
          released,
          kept: refusals.length,
          ...(first !== undefined && { first_problem: first }),
          ...(list.next !== undefined && { next_cursor: list.next }),
        };
        return { status: 200, json };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/quarantine/{id}',
        operationId: 'getQuarantined',
        audit: 'message.read',
        scope: 'messages:read',
        summary: 'Get a message in quarantine with its payload',
        params: uuidPath,
        answers: {
          200: {
            description: 'The message.',
            schema: quarantinedAnswer.extend({ payload_base64: z.string().describe('The payload, byte for byte.') }),
          },
        },
        refuses: ['not_found'],
      },
      async ({ principal, audit, params: { id } }) => {
        requireAllSpaces(principal);
        const { payload, ...message } = await loadQuarantined(deps.db, id);
        const object = { object: `message:${id}`, spaceId: undefined, changes: {} };
        await recordRead(deps.db, { principal, audit }, () => [object]);
        const json = { ...quarantinedJson(message), payload_base64: Buffer.from(payload).toString('base64') };
        return { status: 200, json };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/quarantine/{id}/release',
        operationId: 'releaseQuarantined',
        audit: 'message.release',
        scope: 'events:write',
        summary: 'Release a message from quarantine: it is checked again, and then accepted like a fresh one',
        params: uuidPath,
        answers: { 200: { description: 'The message was accepted.', schema: releasedAnswer } },
        refuses: ['not_found', 'conflict', 'unprocessable', 'too_many', 'unavailable'],
        beyondSchema: ['the message still breaks a schema; each `source` is a JSON pointer'],
      },
      async ({ audit, params: { id } }) => ({
        status: 200,
        json: await release(deps, auditedBy(deps.db, audit()), id),
      }),
    ),
    scopedEndpoint(
      {
        method: 'delete',
        path: '/quarantine/{id}',
        operationId: 'discardQuarantined',
        audit: 'message.discard',
        scope: 'events:write',
        summary: 'Discard a message in quarantine. It is gone then',
        params: uuidPath,
        answers: { 200: { description: 'The message was discarded.', schema: z.null() } },
        refuses: ['not_found'],
      },
      async ({ audit, params: { id } }) => {
        const isGone = await removeQuarantined(auditedBy(deps.db, audit()), id);
        if (!isGone) throw new AppError('not_found', 'Record not found');
        return { status: 200, json: null };
      },
    ),
  ];
}

/** The reason why a message stays. Anything but a refusal is thrown on. */
function sentenceOf(error: unknown): string {
  if (error instanceof SeveralRefusals) return error.refusals[0].message;
  if (error instanceof AppError && error.code !== 'unavailable') return error.message;
  throw error;
}
