import { z } from 'zod';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import type { Principal } from '../../identity/principal.js';
import { auditedBy } from '../../store/audit/audited.js';
import { isEventEnabled, listWebhooks, WEBHOOKS_ORDER } from '../../store/webhooks/webhooks.js';
import type { LiveCatalog, Receivers, Stores } from '../api-deps.js';
import { WEBHOOKS_BEYOND_SCHEMA } from '../beyond-schema.js';
import { tagQueries } from '../bodies/tag-fields.js';
import { text } from '../bodies/text.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { pagingOf } from '../http/paging.js';
import { spaceNumberOf } from '../names/find-space.js';
import { nameQueries } from '../names/name-fields.js';
import { spaceReference } from '../names/reference.js';
import { withIds } from '../names/webhook-names.js';
import { eventsQuery, webhookAnswer, webhookList } from '../webhooks/webhook-answer.js';
import { newSpaceWebhookBody, requireSameSpace } from '../webhooks/webhook-bodies.js';
import { registerWebhook } from '../webhooks/webhook-endpoints.js';
import { answerWebhook, listPartsFor } from '../webhooks/webhook-parts.js';

const spacePath = z.object({
  space_id: spaceReference.describe('The number of the space, or `key:<key>` with each slash as `%2F`.'),
});
const query = z.object({ ...pagingOf(WEBHOOKS_ORDER), tag: tagQueries, events: eventsQuery, ...nameQueries });
const checkQuery = z.object({ event: text(MAX_SUBJECT_LENGTH).default('') });

export function makeSpaceEndpoints(deps: Pick<Stores, 'db' | 'vault'> & LiveCatalog & Receivers): readonly Endpoint[] {
  const spaceOf = (caller: Principal, { space_id: space }: z.output<typeof spacePath>) => {
    return spaceNumberOf(deps.db, caller, { space, source: 'space_id' });
  };
  /** As in the Go service, 0 is no filter, apart from callers of some spaces, for whom it would open all others. */
  const filterOf = async (caller: Principal, params: z.output<typeof spacePath>) => {
    const spaceId = await spaceOf(caller, params);
    return caller.spaces === 'all' && spaceId === 0 ? undefined : spaceId;
  };
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/webhooks/space/{space_id}',
        operationId: 'listSpaceWebhooks',
        scope: 'webhooks:read',
        summary: 'List the webhooks of a space by id, or those of all spaces with 0',
        params: spacePath,
        query,
        answers: { 200: { description: 'A page of webhooks.', schema: webhookList } },
        refuses: ['conflict', 'not_found'],
      },
      async ({ principal, params, query: { tag, events, key, managed_by: managedBy, ...page } }) => {
        const spaceId = await filterOf(principal, params);
        const spaces = spaceId === undefined ? principal.spaces : [spaceId];
        const list = await listWebhooks(deps.db, { spaces, tags: tag, key, managedBy }, page);
        return { status: 200, jsonParts: listPartsFor[events](deps.db, list) };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/webhooks/space/{space_id}',
        operationId: 'createSpaceWebhook',
        audit: 'webhook.create',
        shownOnce: ['secret'],
        scope: 'webhooks:write',
        summary: 'Register a webhook in a space',
        params: spacePath,
        body: newSpaceWebhookBody,
        anyCase: true,
        answers: { 201: { description: 'The webhook with its events.', schema: webhookAnswer, hasRevision: true } },
        refuses: ['conflict', 'not_found'],
        beyondSchema: WEBHOOKS_BEYOND_SCHEMA,
      },
      async ({ principal, audit, params, body }) => {
        const spaceId = await spaceOf(principal, params);
        const named = await withIds(deps.db, principal, body);
        requireSameSpace(spaceId, named.space_id);
        const made = await registerWebhook(
          { ...deps, db: auditedBy(deps.db, audit()) },
          { userId: principal.userId, spaceId },
          named,
        );
        return answerWebhook(deps.db, made, 201);
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/webhooks/space/{space_id}/check',
        operationId: 'checkSpaceEvent',
        scope: 'webhooks:read',
        summary: 'Check whether an enabled webhook of the space, or of any space with 0, has exactly this event',
        params: spacePath,
        query: checkQuery,
        answers: { 200: { description: 'The result of the check.', schema: z.object({ event_enabled: z.boolean() }) } },
        refuses: ['not_found'],
      },
      async ({ principal, params, query: { event } }) => ({
        status: 200,
        json: { event_enabled: await isEventEnabled(deps.db, await filterOf(principal, params), event) },
      }),
    ),
  ];
}
