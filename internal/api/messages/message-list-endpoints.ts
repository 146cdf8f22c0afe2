import { z } from 'zod';
import type { NobodyBecause } from '../../domain/matching/explaining/why-nobody.js';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import type { Principal, Spaces } from '../../identity/principal.js';
import { loadMessage } from '../../store/deliveries/message.js';
import { type ListedMessage, listMessages, MESSAGES_ORDER } from '../../store/deliveries/message-list.js';
import type { Stores } from '../api-deps.js';
import { recordRead, spaceOf } from '../audit/record-read.js';
import { instant } from '../bodies/instant.js';
import { uuidPath } from '../bodies/numbers.js';
import { erasedAt, erasedAtField } from '../erasures/erased-at.js';
import { type WhyUnmatchedDeps, whyUnmatched } from '../explain/why-unmatched.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { requireRange, windowOf, windowPagingOf } from '../http/paging.js';
import { findSubject, subjectText } from '../names/find-event.js';
import { findFilteredSpace } from '../names/find-space.js';
import { spaceReference } from '../names/reference.js';
import { messageAnswer, messageParts } from './message-answer.js';

const REASONS = [
  'event',
  'routing',
  'webhook',
  'space',
  'tag',
  'filter',
  'catalog',
] as const satisfies readonly NobodyBecause[];

const query = z.object({
  ...windowPagingOf(MESSAGES_ORDER),
  event: subjectText(MAX_SUBJECT_LENGTH).min(1).optional(),
  matched: z
    .enum(['true', 'false'])
    .transform((written) => written === 'true')
    .pipe(z.boolean())
    .optional()
    .describe('Only messages that were owed to a webhook, or only those that were not.'),
  space: spaceReference
    .optional()
    .describe('Only messages owed to a webhook of this space: its number, or `key:<key>`.'),
  since: instant.optional().describe('Only messages received at this time or later.'),
  until: instant.optional().describe('Only messages received before this time.'),
});

const listedMessage = z
  .object({
    id: z.uuid(),
    received_at: z.iso.datetime(),
    event: z.string().describe('The subject.'),
    bytes: z.int().min(0).describe('Size of the payload.'),
    webhooks: z.int().min(0).describe('Number of webhooks that the message was owed to.'),
    erased_at: erasedAtField,
    because: z
      .string()
      .meta({ enum: [...REASONS] })
      .optional()
      .describe(
        'With `matched=false`: why no webhook gets the message, by the catalog of today. `catalog`: today some would. ' +
          '`webhook`: its events have no enabled webhook, or it names others.',
      ),
  })
  .meta({ title: 'ListedMessage' });

export function makeMessageListEndpoints(deps: Pick<Stores, 'db'> & WhyUnmatchedDeps): readonly Endpoint[] {
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/messages',
        operationId: 'listMessages',
        scope: 'messages:read',
        summary: 'List stored messages, newest first',
        query,
        answers: { 200: { description: 'A page of messages.', schema: windowOf(listedMessage) } },
        refuses: ['not_found'],
        beyondSchema: ['`since` is not before `until`'],
      },
      async ({ principal, query: { limit, cursor, event, matched, space, ...range } }) => {
        requireRange(range);
        const named = await findFilteredSpace(deps.db, principal, { space, source: 'space' });
        const subject = await findSubject(deps.db, event);
        const filter = { ...range, subject, isMatched: matched, spaces: spacesOf(principal, named) };
        const { nodes, next } = await listMessages(deps.db, filter, { limit, cursor });
        const because = matched === false ? await whyUnmatched(deps, nodes.filter(isWhole)) : undefined;
        const listed = nodes.map((node) => ({ ...listedJson(node), because: because?.get(node.id) }));
        return { status: 200, json: { ...(next && { next_cursor: next }), nodes: listed } };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/messages/{id}',
        operationId: 'getMessage',
        audit: 'message.read',
        scope: 'messages:read',
        summary: 'Get a message with its headers, its payload, and its deliveries',
        params: uuidPath,
        answers: { 200: { description: 'The message.', schema: messageAnswer } },
        refuses: ['not_found'],
      },
      async ({ principal, audit, params }) => {
        const message = await loadMessage(deps.db, params.id, principal.spaces);
        const object = { object: `message:${message.id}`, spaceId: spaceOf(principal), changes: {} };
        await recordRead(deps.db, { principal, audit }, () => [object]);
        return { status: 200, jsonParts: messageParts(deps.db, message) };
      },
    ),
  ];
}

/**
 * The spaces of which one must have a webhook that the message was owed to. A principal of some spaces sees no other
 * message; any other principal sees all of them, as any user can bring every message to a webhook by a replay.
 */
function spacesOf({ spaces }: Principal, space: number | undefined): Spaces {
  return space === undefined ? spaces : [space];
}

/** Nothing is left of an erased message from which a decision follows. */
const isWhole = (message: ListedMessage) => message.erasedAt === null;

const listedJson = (message: ListedMessage): z.input<typeof listedMessage> => ({
  id: message.id,
  received_at: new Date(message.receivedAt).toISOString(),
  event: message.subject,
  bytes: message.bytes,
  webhooks: message.webhooks,
  ...erasedAt(message.erasedAt),
});
