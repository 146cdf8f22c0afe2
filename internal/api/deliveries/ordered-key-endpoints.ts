import { z } from 'zod';
import { orderKeyOfValue } from '../../domain/delivery/order-key.js';
import { type Audit, auditedBy } from '../../store/audit/audited.js';
import { listParkedKeys, type ParkedKey, skipFirst } from '../../store/deliveries/ordered-keys.js';
import { loadWebhook } from '../../store/webhooks/webhooks.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { boundedText } from '../bodies/bounds.js';
import type { Endpoint } from '../http/endpoint.js';
import { WEBHOOK_PATH, webhookEndpointsOf } from '../names/named-endpoints.js';

const MAX_KEYS = 100;
const instant = z.iso.datetime();
const keyPath = WEBHOOK_PATH.params.extend({ key: z.guid() });

/** The header of a message, or the string at a pointer, may be longer than a request target. */
const MAX_VALUE = 8192;
const valueQuery = WEBHOOK_PATH.query.extend({
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
    due_at: instant.nullable().describe('Time of the next attempt. Null while the webhook is suspended.'),
    owed: z.int(),
  })
  .meta({ title: 'ParkedKey' });

export function makeOrderedKeyEndpoints(
  deps: Pick<Stores, 'db'> & Pick<Deliveries, 'advanceKey'>,
): readonly Endpoint[] {
  const release = async (audit: Audit, webhookId: number, key: string) => {
    await skipFirst(auditedBy(deps.db, audit), webhookId, key);
    deps.advanceKey(webhookId, key);
    return { status: 200, json: null };
  };
  const webhookEndpoint = webhookEndpointsOf(deps.db);
  return [
    webhookEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/keys/release',
        operationId: 'releaseOrderedKeyByValue',
        audit: 'key.release',
        scope: 'deliveries:write',
        summary: 'Release an ordering key by its value: the failed first delivery becomes a dead letter',
        ...WEBHOOK_PATH,
        query: valueQuery,
        answers: { 200: { description: 'The first delivery of the key was released.', schema: z.null() } },
      },
      async ({ audit, id, query }) => {
        await loadWebhook(deps.db, id);
        return release(audit(), id, orderKeyOfValue(id, query.value));
      },
    ),
    webhookEndpoint(
      {
        method: 'get',
        path: '/webhooks/{id}/keys',
        operationId: 'listOrderedKeys',
        scope: 'deliveries:read',
        summary: `List ordering keys of a webhook in which a failed delivery blocks the others, at most ${MAX_KEYS}`,
        ...WEBHOOK_PATH,
        answers: { 200: { description: 'The blocked keys.', schema: z.object({ nodes: z.array(parkedKey) }) } },
      },
      async ({ id }) => {
        const keys = await listParkedKeys(deps.db, await loadWebhook(deps.db, id), MAX_KEYS);
        return { status: 200, json: { nodes: keys.map(parkedKeyJson) } };
      },
    ),
    webhookEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/keys/{key}/release',
        operationId: 'releaseOrderedKey',
        audit: 'key.release',
        scope: 'deliveries:write',
        summary:
          'Turn the failed first delivery of an ordering key into a dead letter, so that the following deliveries are sent',
        ...WEBHOOK_PATH,
        params: keyPath,
        answers: { 200: { description: 'The first delivery of the key was released.', schema: z.null() } },
      },
      async ({ audit, id, params: { key } }) => {
        await loadWebhook(deps.db, id);
        return release(audit(), id, key);
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
