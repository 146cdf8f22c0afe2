import { z } from 'zod';
import { orderKeyOfValue } from '../../domain/delivery/order-key.js';
import { listParkedKeys, type ParkedKey, skipFirst } from '../../store/deliveries/ordered-keys.js';
import { loadWebhook } from '../../store/webhooks/webhooks.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { boundedText } from '../bodies/bounds.js';
import { id, idPath, written } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';

const MAX_KEYS = 100;
const instant = z.iso.datetime();
const keyPath = z.object({ id: written(id), key: z.guid() });

/** The header of a message, or the string at a pointer, may be longer than a request target. */
const MAX_VALUE = 8192;
const valueQuery = z.object({
  value: boundedText(MAX_VALUE).describe(
    'The whole ordering key, as messages carry it. It is empty for a webhook with the ordering `webhook`.',
  ),
});

const parkedKey = z
  .object({
    order_key: z.guid(),
    value: z.string().nullable().describe('The ordering key as messages carry it, cut to 256 characters.'),
    delivery_id: z.guid(),
    attempts: z.int(),
    received_at: instant,
    due_at: instant.nullable().describe('Time of the next attempt. Null while the webhook is not sent to.'),
    owed: z.int(),
  })
  .meta({ title: 'ParkedKey' });

export function makeOrderedKeyEndpoints(
  deps: Pick<Stores, 'db'> & Pick<Deliveries, 'advanceKey'>,
): readonly Endpoint[] {
  const release = async (webhookId: number, key: string) => {
    await skipFirst(deps.db, webhookId, key);
    deps.advanceKey(webhookId, key);
    return { status: 200, json: null };
  };
  return [
    scopedEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/keys/release',
        operationId: 'releaseOrderedKeyByValue',
        scope: 'deliveries:write',
        summary: 'Release an ordering key by its value: the failed first delivery becomes a dead letter',
        params: idPath,
        query: valueQuery,
        answers: { 200: { description: 'released', schema: z.null() } },
        refuses: ['not_found', 'conflict'],
      },
      async ({ params, query }) => {
        await loadWebhook(deps.db, params.id);
        return release(params.id, orderKeyOfValue(params.id, query.value));
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/webhooks/{id}/keys',
        operationId: 'listOrderedKeys',
        scope: 'deliveries:read',
        summary: `List ordering keys of a webhook in which a failed delivery blocks the others, at most ${MAX_KEYS}`,
        params: idPath,
        answers: { 200: { description: 'The blocked keys.', schema: z.object({ nodes: z.array(parkedKey) }) } },
        refuses: ['not_found'],
      },
      async ({ params }) => {
        const keys = await listParkedKeys(deps.db, await loadWebhook(deps.db, params.id), MAX_KEYS);
        return { status: 200, json: { nodes: keys.map(parkedKeyJson) } };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/keys/{key}/release',
        operationId: 'releaseOrderedKey',
        scope: 'deliveries:write',
        summary:
          'Turn the failed first delivery of an ordering key into a dead letter, so that the following deliveries are sent',
        params: keyPath,
        answers: { 200: { description: 'released', schema: z.null() } },
        refuses: ['not_found', 'conflict'],
      },
      async ({ params }) => {
        await loadWebhook(deps.db, params.id);
        return release(params.id, params.key);
      },
    ),
  ];
}

const parkedKeyJson = (key: ParkedKey): z.input<typeof parkedKey> => ({
  order_key: key.orderKey,
  value: key.value,
  delivery_id: key.deliveryId,
  attempts: key.attempts,
  received_at: key.receivedAt.toISOString(),
  due_at: key.dueAt?.toISOString() ?? null,
  owed: key.owed,
});
