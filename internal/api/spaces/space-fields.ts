import { optionalText, tagsField } from '../bodies/field-kinds.js';
import { givenTags } from '../bodies/tag-fields.js';
import { text } from '../bodies/text.js';
import { MAX_NAME_LENGTH } from '../events/event-fields.js';
import { keyField, managedByField } from '../names/name-fields.js';
import { defaultsField } from './defaults-field.js';
import { isolationField, subjectField } from './isolation-fields.js';
import { limitsField } from './limits-field.js';

/** The values of a space that users set. */
export const SPACE_FIELDS = {
  name: optionalText('name', text(MAX_NAME_LENGTH)),
  tags: tagsField(givenTags),
  isolation: isolationField,
  subject: subjectField,
  limits: limitsField,
  defaults: defaultsField,
  key: keyField('among all spaces'),
  managedBy: managedByField,
} as const;
