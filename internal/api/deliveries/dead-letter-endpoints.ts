import { z } from 'zod';
import { BURIED_BECAUSE } from '../../domain/delivery/verdict.js';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { visibleTo } from '../../identity/visibility.js';
import { DEAD_LETTERS_ORDER, type DeadLetter, listDeadLetters } from '../../store/deliveries/dead-letters.js';
import type { Stores } from '../api-deps.js';
import { instant } from '../bodies/instant.js';
import { id, spaceId } from '../bodies/numbers.js';
import { tagQueries } from '../bodies/tag-fields.js';
import { erasedAt, erasedAtField } from '../erasures/erased-at.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listHead, listOf, pagingOf } from '../http/paging.js';
import { findSubject, subjectText } from '../names/find-event.js';
import { findFilteredSpace } from '../names/find-space.js';
import { findFilteredId } from '../names/find-webhook.js';
import { spaceFilter, webhookFilter } from '../names/reference.js';

const query = z.object({
  ...pagingOf(DEAD_LETTERS_ORDER),
  tag: tagQueries,
  event: subjectText(MAX_SUBJECT_LENGTH).optional(),
  webhook_id: webhookFilter,
  space_id: spaceFilter,
  since: instant.optional().describe('Only deliveries given up at this time or later.'),
  until: instant.optional().describe('Only deliveries given up before this time.'),
});

const deadLetterAnswer = z
  .object({
    id: z.uuid().describe('The id of the delivery.'),
    died_at: z.iso.datetime(),
    because: z.string().meta({ enum: [...BURIED_BECAUSE, 'message_lost', 'released'] }),
    attempts: z.int(),
    event: z.string().nullable(),
    message_id: z.uuid(),
    received_at: z.iso.datetime(),
    webhook_id: id,
    space_id: spaceId,
    erased_at: erasedAtField,
  })
  .meta({ title: 'DeadLetter' });

export function makeDeadLetterEndpoints(deps: Pick<Stores, 'db'>): readonly Endpoint[] {
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/dead-letters',
        operationId: 'listDeadLetters',
        scope: 'deliveries:read',
        summary: "List dead letters of the user's webhooks, newest first",
        query,
        answers: { 200: { description: 'A page of dead letters.', schema: listOf(deadLetterAnswer) } },
        refuses: ['conflict', 'not_found'],
      },
      async ({ principal, query: { tag, limit, page, cursor, webhook_id, space_id, event, ...rest } }) => {
        const visible = visibleTo(principal);
        const spaceId = await findFilteredSpace(deps.db, principal, { space: space_id, source: 'space_id' });
        const filter = {
          ...rest,
          visible,
          tags: tag,
          event: await findSubject(deps.db, event),
          webhookId: await findFilteredId(deps.db, principal, { webhook: webhook_id, space: spaceId }),
          spaceId,
        };
        const { nodes, ...list } = await listDeadLetters(deps.db, filter, { limit, page, cursor });
        return { status: 200, json: { ...listHead(list), nodes: nodes.map(deadLetterJson) } };
      },
    ),
  ];
}

function deadLetterJson(letter: DeadLetter): z.input<typeof deadLetterAnswer> {
  return {
    id: letter.id,
    died_at: letter.diedAt.toISOString(),
    because: letter.because,
    attempts: letter.attempts,
    event: letter.event,
    message_id: letter.messageId,
    received_at: letter.receivedAt.toISOString(),
    webhook_id: letter.webhookId,
    space_id: letter.spaceId,
    ...erasedAt(letter.erasedAt),
  };
}
