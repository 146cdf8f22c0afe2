import { z } from 'zod';
import type { Webhook } from '../../domain/matching/webhook.js';
import { NO_SETTINGS } from '../../domain/matching/webhook-settings.js';
import { AppError } from '../../errors.js';
import type { WebhookFields } from '../../store/webhooks/webhooks.js';
import { boundedList, boundedText } from '../bodies/bounds.js';
import { id, spaceId } from '../bodies/numbers.js';
import { ignoredField, readOnlyFields } from '../bodies/read-only-fields.js';
import { patchTags, tags, tagsPatch, withinBytes } from '../bodies/tag-fields.js';
import { isStorable, text, UNSTORABLE } from '../bodies/text.js';
import { MAX_NAME_LENGTH } from '../events/event-bodies.js';
import { ignoredConditions } from './condition-answer.js';
import { changeCredentials, credentialFields, newAccessFields } from './credentials.js';
import { receiverUrl, urlPattern } from './receiver-url.js';
import { secretRule } from './settings/secret-rule.js';
import { changeSettings, settingFields } from './settings/settings.js';
import { changedSecret, firstSecret } from './signing-secret.js';
import type { Judged } from './tls-secrets.js';

const MAX_EVENTS = 500;
const MAX_SECRET_LENGTH = 512;
const eventIds = boundedList(id, MAX_EVENTS).meta({
  description: 'the events whose messages it gets, replaced as a whole',
  example: [1, 2],
});
const url = receiverUrl.meta({
  description:
    'where requests go; parts that are secrets (the path of a Slack or Discord URL, a token in the query) are answered as ***, which keeps them when the URL is sent back',
  example: 'https://example.com/hook',
});
const name = text(MAX_NAME_LENGTH).meta({ description: 'for people; need not be unique', example: 'Search index' });
const enabled = z.boolean().meta({ description: 'whether it gets anything', example: true });
const webhookTags = tags.meta({
  description: 'how it and its logs are found again; messages with Hukz-Tag go to those that carry it',
  example: { app: 'search' },
});
const space = spaceId.meta({ description: 'the space (tenant) that it belongs to for good', example: 0 });
/** The secret of a signature. The scheme decides its form. */
export const secretText = boundedText(MAX_SECRET_LENGTH).refine(isStorable, UNSTORABLE).meta({
  writeOnly: true,
  description: "a secret of your own to sign with, shown in no answer; its form is the scheme's",
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});
const common = {
  ...settingFields,
  secret: secretText.optional(),
  ...readOnlyFields,
  events: ignoredField,
  secrets: ignoredField,
  ...ignoredConditions,
};

const create = {
  url: url.min(1),
  event_ids: eventIds,
  name: name.default(''),
  enabled: enabled.default(true),
  tags: webhookTags.default({}),
  ...newAccessFields,
  ...common,
};
const wordsOfCreate = {
  allOf: [secretRule('standard')],
  example: { name: 'Search index', url: 'https://example.com/hook', event_ids: [1], tags: { app: 'search' } },
};
const ruleOfChange = { allOf: [secretRule(undefined)] };

/** `POST /webhooks` has the space in the body. */
export const newWebhookBody = z
  .strictObject({ ...create, space_id: space.default(0) })
  .meta({ title: 'NewWebhook', ...wordsOfCreate });

/** `POST /webhooks/space/{space_id}` has the space in the path. The body may repeat it. */
export const newSpaceWebhookBody = z
  .strictObject({ ...create, space_id: space.optional() })
  .meta({ title: 'NewSpaceWebhook', ...wordsOfCreate });

export const webhookPut = z
  .strictObject({
    url: url.meta({ pattern: `^$|${urlPattern()}` }).optional(),
    event_ids: eventIds.optional(),
    name: name.optional(),
    enabled: enabled.optional(),
    tags: webhookTags.optional(),
    space_id: space.optional(),
    ...credentialFields,
    ...common,
  })
  .meta({
    title: 'WebhookPut',
    ...ruleOfChange,
    example: { enabled: true, event_ids: [1] },
    description: 'Non-empty fields overwrite; absent and empty strings keep; an empty list of events clears',
  });

export const webhookPatch = z
  .strictObject({
    url: url.min(1).optional(),
    event_ids: eventIds.optional(),
    name: name.nullable().optional(),
    enabled: enabled.optional(),
    tags: tagsPatch.nullable().optional(),
    space_id: space.optional(),
    ...credentialFields,
    ...common,
  })
  .meta({
    title: 'WebhookPatch',
    ...ruleOfChange,
    example: { timeout: '10s', retry: null },
    description: 'A JSON merge patch (RFC 7396); a setting is replaced as a whole',
  });

export function newWebhook(body: Judged<z.output<typeof newWebhookBody | typeof newSpaceWebhookBody>>): WebhookFields {
  const next = { url: body.url, settings: changeSettings(NO_SETTINGS, body), keptHeaders: [] };
  const { settings, secrets } = changeCredentials(undefined, next, body);
  return {
    name: body.name,
    url: body.url,
    enabled: body.enabled,
    tags: withinBytes(body.tags),
    eventIds: body.event_ids,
    settings,
    secrets: [...firstSecret(settings, body), ...secrets],
  };
}

export function putWebhook(
  current: Webhook,
  body: Judged<z.output<typeof webhookPut>>,
  keptHeaders: readonly string[],
): WebhookFields {
  requireSameSpace(current.spaceId, body.space_id);
  const next = { url: body.url || current.url, settings: changeSettings(current.settings, body), keptHeaders };
  const { settings, secrets } = changeCredentials(current, next, body);
  return {
    name: body.name || current.name,
    url: next.url,
    enabled: body.enabled ?? current.enabled,
    tags: body.tags ? withinBytes(body.tags, current.tags) : current.tags,
    eventIds: body.event_ids ?? current.eventIds,
    settings,
    secrets: [...changedSecret(current, settings, body), ...secrets],
  };
}

export function patchWebhook(
  current: Webhook,
  body: Judged<z.output<typeof webhookPatch>>,
  keptHeaders: readonly string[],
): WebhookFields {
  requireSameSpace(current.spaceId, body.space_id);
  const next = { url: body.url ?? current.url, settings: changeSettings(current.settings, body), keptHeaders };
  const { settings, secrets } = changeCredentials(current, next, body);
  return {
    name: body.name === undefined ? current.name : (body.name ?? ''),
    url: next.url,
    enabled: body.enabled ?? current.enabled,
    tags: patchTags(current.tags, body.tags),
    eventIds: body.event_ids ?? current.eventIds,
    settings,
    secrets: [...changedSecret(current, settings, body), ...secrets],
  };
}

/** A space is a tenant: a webhook never moves from one space to another. */
export function requireSameSpace(space: number, given: number | undefined): void {
  if (given === undefined || given === space) return;
  throw new AppError('conflict', `space_id is ${space} and cannot be another`, 'space_id');
}
