import { z } from 'zod';
import type { ChangedWebhook, WebhookFields } from '../../store/webhooks/webhook-row.js';
import { answerJson, answerShape } from '../bodies/field.js';
import { id, spaceId } from '../bodies/numbers.js';
import { eventAnswer, recordFields, recordJson } from '../events/event-answer.js';
import { listOf } from '../http/paging.js';
import { conditionAnswers, conditionJson } from './condition-answer.js';
import { credentialAnswers, credentialJson } from './credentials.js';
import { secretAnswers, secretsJson } from './secret-answer.js';
import { effectiveAnswer } from './settings/effective.js';
import { settingAnswers, settingsJson } from './settings/settings.js';
import { WEBHOOK_FIELDS } from './webhook-fields.js';

/** Answers begin with the name, and bodies are validated from the url on. */
const { name, ...others } = WEBHOOK_FIELDS;
const SHOWN = { name, ...others } as const;

export const webhookAnswer = z
  .object({
    ...recordFields,
    ...answerShape(SHOWN),
    events: z.array(eventAnswer),
    space_id: spaceId,
    ...settingAnswers,
    ...conditionAnswers,
    ...secretAnswers,
    ...credentialAnswers,
    effective: effectiveAnswer.optional(),
  })
  .meta({ title: 'Webhook' });

export const briefEvent = eventAnswer.pick({ id: true, event: true, name: true }).meta({ title: 'BriefEvent' });
const briefWebhook = webhookAnswer
  .omit({ events: true, effective: true })
  .extend({ event_ids: z.array(id) })
  .meta({ title: 'BriefWebhook' });

/** A query of lists that selects how much of its events each webhook contains. */
export const eventsQuery = z.enum(['whole', 'brief']).default('whole').meta({
  description:
    '`whole`: each webhook contains its events. `brief`: each webhook has `event_ids`, and each event of the page is listed once beside the nodes.',
});

/** A page of webhooks in the form that `eventsQuery` selects. */
export const webhookList = z.union([
  listOf(webhookAnswer),
  listOf(briefWebhook).extend({ events: z.array(briefEvent).describe('Each event of these webhooks, once.') }),
]);

/** All fields except the events, which are sent in steps. */
export function webhookJson(webhook: ChangedWebhook): Omit<z.input<typeof webhookAnswer>, 'events'> {
  return {
    ...recordJson(webhook),
    ...answerJson(SHOWN, webhook),
    space_id: webhook.spaceId,
    ...settingsJson(webhook.settings),
    ...conditionJson(webhook.condition),
    ...secretsJson(webhook),
    ...credentialJson(webhook),
  };
}

/** The values that users set, by public name, to compare two webhooks. Their urls and headers are whole. */
export function webhookFieldsJson(fields: Omit<WebhookFields, 'secrets'>): Readonly<Record<string, unknown>> {
  const { url, settings, eventIds } = fields;
  const { auth, tls, proxy } = credentialJson({ settings, secrets: [] });
  const tokenUrl = settings.auth?.type === 'oauth2' ? settings.auth.tokenUrl : undefined;
  return {
    ...answerJson(SHOWN, fields),
    ...settingsJson(settings),
    url,
    events: eventIds,
    headers: settings.headers,
    auth: auth && { ...auth, token_url: tokenUrl },
    tls,
    proxy,
  };
}
