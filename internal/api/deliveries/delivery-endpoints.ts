import { visibleTo } from '../../identity/visibility.js';
import { cancelDelivery } from '../../store/deliveries/cancel-deliveries.js';
import { type Delivery, loadDelivery } from '../../store/deliveries/deliveries.js';
import { loadMessages } from '../../store/deliveries/message-payloads.js';
import { retryDelivery } from '../../store/deliveries/retry-delivery.js';
import { loadWebhookEvenDeleted } from '../../store/webhooks/webhooks.js';
import type { Deliveries, Stores } from '../api-deps.js';
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
        scope: 'deliveries:read',
        summary: "Get a delivery of one of the user's webhooks, with its message, webhook and attempts",
        params: uuidPath,
        answers: { 200: { description: 'The delivery.', schema: deliveryAnswer } },
        refuses: ['not_found'],
      },
      async ({ principal, params: { id } }) =>
        answer(200, await loadDelivery(deps.db, { id, visible: visibleTo(principal) })),
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/deliveries/{id}/retry',
        operationId: 'retryDelivery',
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
      async ({ principal, params: { id } }) =>
        answer(202, await retryDelivery(deps, { id, visible: visibleTo(principal) })),
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/deliveries/{id}/cancel',
        operationId: 'cancelDelivery',
        scope: 'deliveries:write',
        summary: 'Cancel a delivery. A later retry can still send it',
        params: uuidPath,
        answers: { 200: { description: 'The cancelled delivery.', schema: deliveryAnswer } },
        refuses: ['not_found', 'conflict'],
      },
      async ({ principal, params: { id } }) => {
        const key = { id, visible: visibleTo(principal) };
        const { delivery, cancelled } = await cancelDelivery(deps.db, key, principal.userId);
        continueKeys(deps, cancelled);
        return answer(200, delivery);
      },
    ),
  ];
}
