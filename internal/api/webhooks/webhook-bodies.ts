import { z } from 'zod';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { NO_SETTINGS } from '../../domain/matching/webhook-settings.js';
import { isStorable, UNSTORABLE } from '../../domain/text/storable.js';
import { AppError } from '../../errors.js';
import type { Webhook, WebhookFields } from '../../store/webhooks/webhook-row.js';
import { boundedList, boundedText } from '../bodies/bounds.js';
import { bodyShape, type Change, firstValues, nextValues } from '../bodies/field.js';
import { id } from '../bodies/numbers.js';
import { ignoredField, readOnlyFields } from '../bodies/read-only-fields.js';
import { declaredKey } from '../names/name-fields.js';
import { bodySpace } from '../names/reference.js';
import type { WithIds } from '../names/webhook-names.js';
import { ignoredConditions } from './condition-answer.js';
import { changeCredentials, credentialFields, newCredentialFields } from './credentials.js';
import { secretRule } from './settings/secret-rule.js';
import { changeSettings, settingFields } from './settings/settings.js';
import { changedSecret, declaredSecret, firstSecret } from './signing-secret.js';
import type { Judged } from './tls-secrets.js';
import { MAX_EVENTS, WEBHOOK_FIELDS } from './webhook-fields.js';

const MAX_SECRET_LENGTH = 512;
const space = bodySpace.meta({
  description: 'The space (tenant) that the webhook belongs to: its number, or `key:<key>`. It cannot be changed.',
  example: 0,
});
/** The secret of a signature. The scheme decides its form. */
export const secretText = boundedText(MAX_SECRET_LENGTH).refine(isStorable, UNSTORABLE).meta({
  writeOnly: true,
  description: 'Your own signing secret, in the form of the signature scheme. Never returned.',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});
const eventNames = boundedList(z.union([id, boundedText(MAX_SUBJECT_LENGTH).min(1)]), MAX_EVENTS)
  .default([])
  .meta({
    description: 'The events whose messages the webhook receives: ids, `key:<key>`, or subjects.',
    example: ['tag.created', 'key:shop/orders'],
  });
const common = {
  ...settingFields,
  secret: secretText.optional(),
  ...readOnlyFields,
  events: ignoredField,
  secrets: ignoredField,
  effective: ignoredField,
  ...ignoredConditions,
};

const create = { ...bodyShape(WEBHOOK_FIELDS, 'create'), ...newCredentialFields, ...common };
const wordsOfCreate = {
  allOf: [secretRule('standard')],
  example: { name: 'Search index', url: 'https://example.com/hook', event_ids: [1], tags: { app: 'search' } },
};
const EXAMPLE_OF_DECLARED = {
  key: 'search/index',
  url: 'https://example.com/hook',
  events: ['tag.created', 'key:shop/orders'],
};
const ruleOfChange = { allOf: [secretRule(undefined)] };

/** `POST /webhooks` has the space in the body. Without it, `defaultSpaceOf` the caller. */
export const newWebhookBody = z
  .strictObject({ ...create, space_id: space.optional() })
  .meta({ title: 'NewWebhook', ...wordsOfCreate });

/** `POST /webhooks/space/{space_id}` has the space in the path. The body may repeat it. */
export const newSpaceWebhookBody = z
  .strictObject({ ...create, space_id: space.optional() })
  .meta({ title: 'NewSpaceWebhook', ...wordsOfCreate });

const { event_ids: _, managed_by: __, events: ___, ...declared } = create;

/** A webhook of `PUT /apply`. It names its events. Its `managed_by` and its space are those of the declaration. */
export const declaredWebhookBody = z
  .strictObject({ ...declared, key: declaredKey, events: eventNames })
  .meta({ title: 'DeclaredWebhook', ...wordsOfCreate, example: EXAMPLE_OF_DECLARED });

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

export function newWebhook(body: WholeWebhookBody): WebhookFields {
  const values = firstValues(WEBHOOK_FIELDS, body);
  const wanted = { url: values.url, settings: changeSettings(NO_SETTINGS, body), keptHeaders: [] };
  const { settings, secrets } = changeCredentials(undefined, wanted, body);
  return { ...values, settings, secrets: [...firstSecret(settings, body), ...secrets] };
}

/** The body of a new webhook, or of one that is declared as a whole. */
export type WholeWebhookBody = Judged<WithIds<z.output<typeof newWebhookBody>>>;

/**
 * The values of a webhook that a body declares as a whole. A field that the body lacks gets its first value, and a
 * secret stays.
 */
export function declaredWebhook(
  current: Webhook,
  body: WholeWebhookBody,
  keptHeaders: readonly string[],
): WebhookFields {
  const values = firstValues(WEBHOOK_FIELDS, body);
  const wanted = { url: values.url, settings: changeSettings(NO_SETTINGS, body), keptHeaders };
  const { auth = null, tls = null, proxy = null } = body;
  const { settings, secrets } = changeCredentials(current, wanted, { auth, tls, proxy });
  return { ...values, settings, secrets: [...declaredSecret(current, settings, body), ...secrets] };
}

interface WebhookChange {
  readonly kind: Change;
  readonly body: Judged<WithIds<z.output<(typeof webhookChanges)[Change]>>>;
  /** Names of secret headers whose values stay. */
  readonly keptHeaders: readonly string[];
  /** Whether the body's `secret` is the present one. */
  readonly repeatsSecret: boolean;
}

export function changedWebhook(current: Webhook, change: WebhookChange): WebhookFields {
  const { kind, body, keptHeaders, repeatsSecret } = change;
  requireSameSpace(current.spaceId, body.space_id);
  const values = nextValues(WEBHOOK_FIELDS, kind, current, body);
  const wanted = { url: values.url, settings: changeSettings(current.settings, body), keptHeaders };
  const { settings, secrets } = changeCredentials(current, wanted, body);
  return {
    ...values,
    settings,
    secrets: [...changedSecret(current, settings, { ...body, repeatsSecret }), ...secrets],
  };
}

/** A space is a tenant: a webhook never moves from one space to another. */
export function requireSameSpace(space: number, input: number | undefined): void {
  if (input === undefined || input === space) return;
  throw new AppError('conflict', `space_id is ${space} and cannot be changed`, 'space_id');
}
