import { z } from 'zod';
import { shownUrl } from '../../domain/secrets/hidden-url.js';
import type { WebhookFields } from '../../store/webhooks/webhook-row.js';
import { boundedList } from '../bodies/bounds.js';
import { type FieldsOf, first, next } from '../bodies/field.js';
import { flag, optionalText, requiredText, tagsField } from '../bodies/field-kinds.js';
import { givenTags } from '../bodies/tag-fields.js';
import { text } from '../bodies/text.js';
import { MAX_NAME_LENGTH } from '../events/event-fields.js';
import { idsIn } from '../names/find-event.js';
import { keyField, managedByField } from '../names/name-fields.js';
import { bodyReference, type Reference } from '../names/reference.js';
import { receiverUrl, urlPattern } from './receiver-url.js';

export const MAX_EVENTS = 500;
const eventIds = boundedList(bodyReference, MAX_EVENTS).meta({
  description: 'The events whose messages the webhook receives: ids, or `key:<key>`. The list is replaced as a whole.',
  example: [1, 'key:shop/orders'],
});
const url = receiverUrl.meta({
  description:
    'The URL of the receiver. Secret parts (the path of a Slack or Discord URL, a token in the query) are returned as `***`. Sending `***` back keeps them.',
  example: 'https://example.com/hook',
});
const name = text(MAX_NAME_LENGTH).meta({
  description: 'A name for display. It need not be unique.',
  example: 'Search index',
});
const enabled = z.boolean().meta({ description: 'Whether the webhook receives deliveries.', example: true });
const webhookTags = givenTags.meta({
  description: 'Tags for finding the webhook and its logs. Messages with `Hukz-Tag` go only to webhooks with that tag.',
  example: { app: 'search' },
});
/** The keys have been looked up before (`withIds`). */
const keptIfAbsent = (input: readonly Reference[] | undefined, current: readonly number[]) =>
  input ? idsIn(input) : current;

/** The values of a webhook that users set, except its settings, which `settings.ts` and `credentials.ts` declare. */
export const WEBHOOK_FIELDS = {
  url: requiredText('url', {
    required: url.min(1),
    orEmpty: url.meta({ pattern: `^$|${urlPattern()}` }),
    toJson: shownUrl,
  }),
  eventIds: {
    name: 'event_ids',
    create: first(eventIds, idsIn),
    put: next(eventIds.optional(), keptIfAbsent),
    patch: next(eventIds.optional(), keptIfAbsent),
    // The answer has the events themselves, or their ids in brief lists.
    answer: undefined,
  },
  name: optionalText('name', name),
  enabled: flag('enabled', enabled, { initial: true }),
  tags: tagsField(webhookTags),
  key: keyField('within the space'),
  managedBy: managedByField,
} as const satisfies FieldsOf<Omit<WebhookFields, 'settings' | 'secrets'>>;
