import { z } from 'zod';
import { makeFiringRules } from '../../domain/matching/firing-rules.js';
import { loadNow } from '../../store/postgres/load-now.js';
import { type Sample, tryFilter } from '../../store/replay/try-filter.js';
import { loadWebhook } from '../../store/webhooks/webhooks.js';
import type { EventIntake, Stores } from '../api-deps.js';
import { recordRead } from '../audit/record-read.js';
import { moment } from '../bodies/instant.js';
import type { Endpoint } from '../http/endpoint.js';
import { Turnstile } from '../http/turnstile.js';
import { WEBHOOK_PATH, webhookEndpointsOf } from '../names/named-endpoints.js';
import { pastRange } from '../past-range.js';
import { filterField } from '../webhooks/settings/filter-field.js';
import { decisionFields, decisionJson } from './explain-answer.js';

const MAX_LOOKED_AT = 10_000;
/** A trial reads payloads for up to 10 s, on a connection of the journal. */
const MAX_TRIALS_AT_ONCE = 1;
const DEFAULT_AGO_MS = 86_400_000;

const body = z
  .strictObject({
    filter: filterField.optional().describe('The filter to try. Default: that of the webhook.'),
    since: moment.optional().describe('Only messages received at this time or later. Default: a day ago.'),
    until: moment.optional().describe('Only messages received before this time. Default: now.'),
    limit: z.int().min(1).max(MAX_LOOKED_AT).default(1000).describe('Maximum number of messages that are looked at.'),
  })
  .meta({
    title: 'FilterTrial',
    example: { filter: { data: { order: { amount: { $gte: 100 } } } }, since: '2h', limit: 1000 },
  });

const { fires, because, at } = decisionFields;
const answer = z
  .object({
    looked_at: z.int().min(0).describe('Number of messages of the events of the webhook that were looked at.'),
    would_match: z.int().min(0).describe('Number of those that the webhook would get with this filter.'),
    stopped_at: z.iso
      .datetime()
      .optional()
      .describe('Present if the limit, or 10 s, were reached: older messages of the range were not looked at.'),
    samples: z
      .array(z.object({ message_id: z.uuid(), fires, because, at }))
      .describe('Up to 10 messages that fire, and up to 10 that do not, newest first.'),
  })
  .meta({ title: 'FilterTrialResult' });

/** Tries a filter on messages that are stored. */
export function makeTryFilterEndpoint(
  deps: Pick<Stores, 'db' | 'pool'> & Pick<EventIntake, 'subjectRules' | 'filterMaxBytes'>,
): Endpoint {
  const rules = makeFiringRules(deps.subjectRules, deps.filterMaxBytes);
  const refusal = 'another filter is being tried; try again later';
  const trying = new Turnstile({ max: MAX_TRIALS_AT_ONCE, refusal });
  return webhookEndpointsOf(deps.db)(
    {
      method: 'post',
      path: '/webhooks/{id}/filter/test',
      operationId: 'testWebhookFilter',
      audit: 'filter.try',
      scope: 'webhooks:test',
      furtherScopes: ['messages:read'],
      summary: 'Try a filter on stored messages of the events of a webhook, newest first. Nothing is changed or sent',
      ...WEBHOOK_PATH,
      body,
      bodyIsOptional: true,
      answers: { 200: { description: 'The number of messages that fire, and samples.', schema: answer } },
      refuses: ['unavailable'],
      beyondSchema: ['`since` is not before `until`'],
    },
    async ({ principal, audit, id, body: { filter, limit, ...range } }) => {
      const { spaceId } = await loadWebhook(deps.db, id);
      const now = await loadNow(deps.db);
      const { since = new Date(now.getTime() - DEFAULT_AGO_MS), until } = pastRange(range, now);
      const trial = { webhookId: id, filter, limit, since, until, spaces: principal.spaces };
      const object = { object: `webhook:${id}`, spaceId, changes: {} };
      await recordRead(deps.db, { principal, audit }, () => [object]);
      const { lookedAt, wouldMatch, samples, stoppedAt } = await trying.through(() =>
        tryFilter(deps.pool, trial, rules),
      );
      const stopped = stoppedAt === undefined ? {} : { stopped_at: new Date(stoppedAt).toISOString() };
      const json = { looked_at: lookedAt, would_match: wouldMatch, ...stopped, samples: samples.map(sampleJson) };
      return { status: 200, json };
    },
  );
}

function sampleJson({ messageId, ...explanation }: Sample) {
  const decision = decisionJson(explanation);
  return { message_id: messageId, fires: decision.fires, because: decision.because, at: decision.at };
}
