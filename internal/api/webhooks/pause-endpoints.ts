import { z } from 'zod';
import { auditedBy } from '../../store/audit/audited.js';
import { pauseWebhook, resumeWebhook } from '../../store/webhooks/pauses.js';
import { loadWebhook } from '../../store/webhooks/webhooks.js';
import type { LiveCatalog, Stores } from '../api-deps.js';
import { makeLive } from '../catalog-change.js';
import type { Endpoint } from '../http/endpoint.js';
import { WEBHOOK_PATH, webhookEndpointsOf } from '../names/named-endpoints.js';
import { durationField } from './settings/duration-field.js';
import { rateField } from './settings/rate-field.js';
import { webhookAnswer } from './webhook-answer.js';
import { answerWebhook } from './webhook-parts.js';

const YEAR_MS = 365 * 86_400_000;
const answers = { 200: { description: 'The webhook.', schema: webhookAnswer, hasRevision: true } } as const;

const resumeBody = z
  .strictObject({
    rate: rateField.optional().meta({
      description: 'Maximum rate at which parked deliveries are sent. Default: no limit besides those of the webhook.',
      example: '20/second',
    }),
    drop_older_than: durationField(0, YEAR_MS, {
      description: 'Parked deliveries of older messages are cancelled.',
      example: '1h',
    }).optional(),
  })
  .meta({ title: 'Resume', example: { rate: '20/second', drop_older_than: '1h' } });

const pauseBody = z.strictObject({}).meta({ title: 'Pause', example: {} });

export function makePauseEndpoints(deps: Pick<Stores, 'db'> & LiveCatalog): readonly Endpoint[] {
  const webhookEndpoint = webhookEndpointsOf(deps.db);
  return [
    webhookEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/pause',
        operationId: 'pauseWebhook',
        audit: 'webhook.pause',
        scope: 'deliveries:write',
        summary: 'Pause a webhook. Its deliveries, present and new, are parked until it is resumed',
        ...WEBHOOK_PATH,
        readsIfMatch: true,
        body: pauseBody,
        bodyIsOptional: true,
        answers,
      },
      async ({ principal: { userId }, audit, id, expected }) => {
        await makeLive(deps, pauseWebhook(auditedBy(deps.db, audit()), { id, userId, expected }));
        return answerWebhook(deps.db, await loadWebhook(deps.db, id));
      },
    ),
    webhookEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/resume',
        operationId: 'resumeWebhook',
        audit: 'webhook.resume',
        scope: 'deliveries:write',
        summary:
          'Resume a webhook. Parked deliveries are sent at once or at a rate. Those older than a given age can be dropped',
        ...WEBHOOK_PATH,
        readsIfMatch: true,
        body: resumeBody,
        bodyIsOptional: true,
        answers,
      },
      async ({ principal: { userId }, audit, id, expected, body: { rate, drop_older_than: dropOlderThanMs } }) => {
        const perSecond = rate && (rate.count * 1000) / rate.perMs;
        const change = { id, userId, expected };
        const resuming = { perSecond, dropOlderThanMs };
        await makeLive(deps, resumeWebhook(auditedBy(deps.db, audit()), change, resuming));
        return answerWebhook(deps.db, await loadWebhook(deps.db, id));
      },
    ),
  ];
}
