import { documented } from '../../operator-limits.js';
import { durationField } from './duration-field.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const NONE_ALLOWED = { not: {}, pattern: undefined, example: undefined };

/** The time after which a webhook of `hukz listen --as-webhook` expires. */
export const listenField = durationField(MINUTE_MS, DAY_MS, {
  description:
    'Requests travel over NATS to `hukz listen --as-webhook`, which sends them to `url`. This long after its last change, the webhook is deleted. Requires WEBHOOK_LISTENERS.',
  example: '15m',
}).register(documented, { under: ({ webhookListeners }) => (webhookListeners ? {} : NONE_ALLOWED) });
