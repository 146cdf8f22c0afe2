import { z } from 'zod';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { visibleTo } from '../../identity/visibility.js';
import { objectsByWebhook } from '../../store/audit/by-webhook.js';
import { findLog, LOGS_ORDER, listWebhookLogs } from '../../store/deliveries/webhook-logs.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { recordRead } from '../audit/record-read.js';
import { instant } from '../bodies/instant.js';
import { written } from '../bodies/numbers.js';
import { tagQueries } from '../bodies/tag-fields.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listOf, pagingOf } from '../http/paging.js';
import { findSubject, subjectText } from '../names/find-event.js';
import { findFilteredSpace } from '../names/find-space.js';
import { findFilteredId } from '../names/find-webhook.js';
import { spaceFilter, webhookFilter } from '../names/reference.js';
import { logAnswer, logOutcome } from './log-answer.js';
import { logListParts } from './log-list.js';
import { oneLogAnswer, oneLogParts } from './one-log.js';

const query = z.object({
  ...pagingOf(LOGS_ORDER),
  tag: tagQueries,
  event: subjectText(MAX_SUBJECT_LENGTH).optional(),
  webhook_id: webhookFilter,
  space_id: spaceFilter,
  outcome: logOutcome.optional(),
  status: written(z.int().min(0).max(999)).optional().describe("Only this status of the receiver's answer."),
  since: instant.optional().describe('Only attempts made at this time or later.'),
  until: instant.optional().describe('Only attempts made before this time.'),
});

export function makeLogEndpoints(
  deps: Pick<Stores, 'db'> & Pick<Deliveries, 'showRequest' | 'formatOf'>,
): readonly Endpoint[] {
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/webhooks/logs',
        operationId: 'listWebhookLogs',
        audit: 'log.read',
        scope: 'logs:read',
        summary: "List attempts of the user's webhooks, newest first",
        query,
        answers: { 200: { description: 'A page of attempts.', schema: listOf(logAnswer) } },
        refuses: ['conflict', 'not_found'],
      },
      async ({ principal, audit, query: { tag, limit, page, cursor, event, webhook_id, space_id, ...rest } }) => {
        const spaceId = await findFilteredSpace(deps.db, principal, { space: space_id, source: 'space_id' });
        const filter = {
          ...rest,
          visible: visibleTo(principal),
          tags: tag,
          subject: await findSubject(deps.db, event),
          webhookId: await findFilteredId(deps.db, principal, { webhook: webhook_id, space: spaceId }),
          spaceId,
        };
        const logs = await listWebhookLogs(deps.db, filter, { limit, page, cursor });
        await recordRead(deps.db, { principal, audit }, () => objectsByWebhook(deps.db, 'log', logs.nodes));
        return { status: 200, jsonParts: logListParts(deps, logs) };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/webhooks/logs/{id}',
        operationId: 'getWebhookLog',
        audit: 'log.read',
        scope: 'logs:read',
        summary: "Get an attempt of one of the user's webhooks",
        params: z.object({ id: written(z.int().min(1).max(Number.MAX_SAFE_INTEGER)) }),
        answers: { 200: { description: 'The attempt.', schema: oneLogAnswer } },
        refuses: ['not_found'],
      },
      async ({ principal, audit, params: { id } }) => {
        const key = await findLog(deps.db, { id, visible: visibleTo(principal) });
        await recordRead(deps.db, { principal, audit }, () => objectsByWebhook(deps.db, 'log', [key]));
        return { status: 200, jsonParts: oneLogParts(deps, key) };
      },
    ),
  ];
}
