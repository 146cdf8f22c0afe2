import { visibleTo } from '../../identity/visibility.js';
import { auditedBy } from '../../store/audit/audited.js';
import { objectsByWebhook } from '../../store/audit/by-webhook.js';
import { cancelDelivery } from '../../store/deliveries/cancel-deliveries.js';
import { type Delivery, loadDelivery } from '../../store/deliveries/deliveries.js';
import { loadMessages } from '../../store/deliveries/message-payloads.js';
import { retryDelivery } from '../../store/deliveries/retry-delivery.js';
import { loadWebhookEvenDeleted } from '../../store/webhooks/webhooks.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { recordRead } from '../audit/record-read.js';
import { uuidPath } from '../bodies/numbers.js';
import { type Answer, type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { continueKeys } from './bulk-endpoints.js';
import { deliveryAnswer, deliveryParts } from './delivery-answer.js';

export function makeDeliveryEndpoints(deps: Pick<Stores, 'db' | 'pool'> & Deliveries): readonly Endpoint[] {
  const answer = async (status: number, delivery: Delivery): Promise<Answer> => {
    const webhook = await loadWebhookEvenDeleted(deps.db, delivery.webhookId);
    const messages = await loadMessages(deps.db, [delivery]);
    const message = messages.get(delivery.messageId);
    return { status, jsonParts: deliveryParts(deps, delivery, { webhook, message }) };
  };
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/deliveries/{id}',
        operationId: 'getDelivery',
        audit: 'delivery.read',
        scope: 'deliveries:read',
        summary: "Get a delivery of one of the user's webhooks, with its message, webhook and attempts",
        params: uuidPath,
        answers: { 200: { description: 'The delivery.', schema: deliveryAnswer } },
        refuses: ['not_found'],
      },
      async ({ principal, audit, params: { id } }) => {
        const delivery = await loadDelivery(deps.db, { id, visible: visibleTo(principal) });
        await recordRead(deps.db, { principal, audit }, () => objectsByWebhook(deps.db, 'delivery', [delivery]));
        return answer(200, delivery);
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/deliveries/{id}/retry',
        operationId: 'retryDelivery',
        audit: 'delivery.retry',
        scope: 'deliveries:write',
        summary:
          'Send a delivery again with the same webhook-id, whatever its state: now, or when its webhook is no longer suspended',
        params: uuidPath,
        answers: {
          202: {
            description: 'The delivery. It is pending, or held while its webhook is paused or has an open circuit.',
            schema: deliveryAnswer,
          },
        },
        refuses: ['not_found', 'conflict'],
      },
      async ({ principal, audit, params: { id } }) => {
        const stores = { db: auditedBy(deps.db, audit()), pool: deps.pool };
        return answer(202, await retryDelivery(stores, { id, visible: visibleTo(principal) }));
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/deliveries/{id}/cancel',
        operationId: 'cancelDelivery',
        audit: 'delivery.cancel',
        scope: 'deliveries:write',
        summary: 'Cancel a delivery. A later retry can still send it',
        params: uuidPath,
        answers: { 200: { description: 'The cancelled delivery.', schema: deliveryAnswer } },
        refuses: ['not_found', 'conflict'],
      },
      async ({ principal, audit, params: { id } }) => {
        const key = { id, visible: visibleTo(principal) };
        const { delivery, cancelled } = await cancelDelivery(auditedBy(deps.db, audit()), key, principal.userId);
        continueKeys(deps, cancelled);
        return answer(200, delivery);
      },
    ),
  ];
}
