import { z } from 'zod';
import { NO_SETTINGS } from '../../domain/matching/webhook-settings.js';
import { AppError } from '../../errors.js';
import type { Webhook, WebhookFields } from '../../store/webhooks/webhook-row.js';
import { boundedText } from '../bodies/bounds.js';
import { bodyShape, type Change, firstValues, nextValues } from '../bodies/field.js';
import { spaceId } from '../bodies/numbers.js';
import { ignoredField, readOnlyFields } from '../bodies/read-only-fields.js';
import { isStorable, UNSTORABLE } from '../bodies/text.js';
import { ignoredConditions } from './condition-answer.js';
import { changeCredentials, credentialFields, newAccessFields } from './credentials.js';
import { secretRule } from './settings/secret-rule.js';
import { changeSettings, settingFields } from './settings/settings.js';
import { changedSecret, firstSecret } from './signing-secret.js';
import type { Judged } from './tls-secrets.js';
import { WEBHOOK_FIELDS } from './webhook-fields.js';

const MAX_SECRET_LENGTH = 512;
const space = spaceId.meta({
  description: 'The space (tenant) that the webhook belongs to. It cannot be changed.',
  example: 0,
});
/** The secret of a signature. The scheme decides its form. */
export const secretText = boundedText(MAX_SECRET_LENGTH).refine(isStorable, UNSTORABLE).meta({
  writeOnly: true,
  description: 'Your own signing secret, in the form of the signature scheme. Never returned.',
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

const create = { ...bodyShape(WEBHOOK_FIELDS, 'create'), ...newAccessFields, ...common };
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

/** The bodies that change a webhook. */
export const webhookChanges = {
  put: z
    .strictObject({
      ...bodyShape(WEBHOOK_FIELDS, 'put'),
      space_id: space.optional(),
      ...credentialFields,
      ...common,
    })
    .meta({
      title: 'WebhookPut',
      ...ruleOfChange,
      example: { enabled: true, event_ids: [1] },
      description:
        'Non-empty fields overwrite the stored values. Absent fields and empty strings keep them. An empty list of events removes all events.',
    }),
  patch: z
    .strictObject({
      ...bodyShape(WEBHOOK_FIELDS, 'patch'),
      space_id: space.optional(),
      ...credentialFields,
      ...common,
    })
    .meta({
      title: 'WebhookPatch',
      ...ruleOfChange,
      example: { timeout: '10s', retry: null },
      description: 'A JSON merge patch (RFC 7396). A setting is replaced as a whole.',
    }),
} as const;

export function newWebhook(body: Judged<z.output<typeof newWebhookBody | typeof newSpaceWebhookBody>>): WebhookFields {
  const values = firstValues(WEBHOOK_FIELDS, body);
  const wanted = { url: values.url, settings: changeSettings(NO_SETTINGS, body), keptHeaders: [] };
  const { settings, secrets } = changeCredentials(undefined, wanted, body);
  return { ...values, settings, secrets: [...firstSecret(settings, body), ...secrets] };
}

interface WebhookChange {
  readonly kind: Change;
  readonly body: Judged<z.output<(typeof webhookChanges)[Change]>>;
  /** Names of secret headers whose values stay. */
  readonly keptHeaders: readonly string[];
}

export function changedWebhook(current: Webhook, { kind, body, keptHeaders }: WebhookChange): WebhookFields {
  requireSameSpace(current.spaceId, body.space_id);
  const values = nextValues(WEBHOOK_FIELDS, kind, current, body);
  const wanted = { url: values.url, settings: changeSettings(current.settings, body), keptHeaders };
  const { settings, secrets } = changeCredentials(current, wanted, body);
  return { ...values, settings, secrets: [...changedSecret(current, settings, body), ...secrets] };
}

/** A space is a tenant: a webhook never moves from one space to another. */
export function requireSameSpace(space: number, given: number | undefined): void {
  if (given === undefined || given === space) return;
  throw new AppError('conflict', `space_id is ${space} and cannot be changed`, 'space_id');
}
