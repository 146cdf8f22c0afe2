import { z } from 'zod';
import { flag, optionalText, tagsField } from '../bodies/field-kinds.js';
import { givenTags } from '../bodies/tag-fields.js';
import { text } from '../bodies/text.js';
import { keyField, managedByField } from '../names/name-fields.js';

export const MAX_NAME_LENGTH = 255;

const publishOnly = z.boolean().meta({
  description:
    'True if no service answers requests on the subject. `true` is required with `STREAM_ACK=publish-only`, and if a NATS service listens on the subject.',
});

/** The values of an event that users set, except its subject, whose rules are configured. */
export const EVENT_FIELDS = {
  name: optionalText('name', text(MAX_NAME_LENGTH)),
  tags: tagsField(givenTags),
  publishOnly: flag('publish_only', publishOnly, { initial: false, isNullable: true }),
  key: keyField('among all events'),
  managedBy: managedByField,
} as const;
