import type { ShownForms } from '../../store/audit/shown-forms.js';
import { eventFieldsJson, recordFields } from '../events/event-answer.js';
import { spaceFieldsJson } from '../spaces/space-bodies.js';
import { tokenJson } from '../tokens/token-bodies.js';
import { conditionAnswers } from '../webhooks/condition-answer.js';
import { secretAnswers } from '../webhooks/secret-answer.js';
import { webhookJson } from '../webhooks/webhook-answer.js';

/** Stamps, conditions and hints of secrets are no changes that a caller makes. */
const LEFT_OUT = new Set([
  ...Object.keys({ ...recordFields, ...conditionAnswers, ...secretAnswers }),
  ...['space_id', 'last_used_at', 'token'],
]);

const withoutStamps = (json: object) =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !LEFT_OUT.has(name)));

/** Resources in the audit have the fields of their answers, where `***` replaces secrets. */
export const AUDIT_FORMS: ShownForms = {
  event: eventFieldsJson,
  space: spaceFieldsJson,
  token: (token) => withoutStamps(tokenJson(token)),
  webhook: (webhook) => ({
    ...withoutStamps(webhookJson({ ...webhook, newSecret: undefined })),
    event_ids: webhook.eventIds,
  }),
};
