import type { Webhook, WebhookFields } from '../../store/webhooks/webhook-row.js';
import type { Receivers } from '../api-deps.js';
import { requireAllowedReceiver } from '../webhooks/allowed-receiver.js';
import { withinCeilings } from '../webhooks/ceilings.js';
import { keptHeaders, withHiddenParts } from '../webhooks/hidden-fields.js';
import { declaredWebhook, newWebhook, type WholeWebhookBody } from '../webhooks/webhook-bodies.js';

/** The values of a webhook that is declared as a whole, under the same rules as those of POST and PATCH. */
export function decideWebhook(
  receivers: Receivers,
  body: WholeWebhookBody,
  current: Webhook | undefined,
): WebhookFields {
  const restored = withHiddenParts(body, current);
  // A declaration without `listen` removes it.
  requireAllowedReceiver(receivers, { ...restored, listen: restored.listen ?? null }, current);
  const fields = current ? declaredWebhook(current, restored, keptHeaders(body, current)) : newWebhook(restored);
  return withinCeilings(receivers.ceilings, fields, current);
}
