// A user's program with the types that openapi-typescript generates from /openapi.json into `paths.ts` beside it:
// `node smoke.js <API> <receiver>`. internal/app/generated-client.test.ts compiles and runs it.
import { setTimeout } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import type { paths } from './paths.js';

const [, , baseUrl = '', receiver = ''] = process.argv;
const api = createClient<paths>({ baseUrl, headers: { 'X-User': '1' } });

/** Returns the body of an answer, or throws the errors of the API. */
async function data<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<NonNullable<T>> {
  const { data: given, error } = await answer;
  if (given === undefined || given === null) throw new Error(JSON.stringify(error));
  return given;
}

const event = await data(api.POST('/events', { body: { name: 'Orders', event: 'clients.typescript' } }));
const webhook = await data(
  api.POST('/webhooks', {
    body: {
      name: 'Typed',
      url: receiver,
      event_ids: [event.id],
      tags: { region: 'eu' },
      retry: { schedule: ['1s', '5s'] },
    },
  }),
);
const published = await data(
  api.POST('/messages', { body: { event: event.event, payload: { id: 17 }, id: 'order-17-created' } }),
);
const again = await data(
  api.POST('/messages', { body: { event: event.event, payload: { id: 17 }, id: 'order-17-created' } }),
);
if (!('message_id' in published && 'message_id' in again)) throw new Error('one message has one answer');

const id = published.message_id ?? '';
let message = await data(api.GET('/messages/{id}', { params: { path: { id } } }));
const deadline = Date.now() + 10_000;
while (message.webhooks[0]?.state !== 'delivered' && Date.now() < deadline) {
  await setTimeout(50);
  message = await data(api.GET('/messages/{id}', { params: { path: { id } } }));
}
const deliveryId = message.webhooks[0]?.delivery_id ?? '';
const delivery = await data(api.GET('/deliveries/{id}', { params: { path: { id: deliveryId } } }));
const logs = await data(api.GET('/webhooks/logs', { params: { query: { event: event.event, outcome: 'delivered' } } }));
const webhooks = await data(api.GET('/webhooks', { params: { query: { tag: ['region:eu'] } } }));
const changed = await data(
  api.PATCH('/webhooks/{id}', { params: { path: { id: webhook.id } }, body: { name: 'Changed', enabled: false } }),
);
const refused = await api.POST('/webhooks', { body: { name: 'No URL', url: 'nowhere', event_ids: [] } });
const removed = [
  await api.DELETE('/webhooks/{id}', { params: { path: { id: webhook.id } } }),
  await api.DELETE('/events/{id}', { params: { path: { id: event.id } } }),
].map(({ response }) => response.status);

process.stdout.write(
  JSON.stringify({
    duplicate: again.duplicate && again.message_id === id,
    state: delivery.state,
    attempts: logs.nodes.map(({ outcome, response_status_code: status }) => ({ outcome, status })),
    listed: webhooks.nodes.map(({ name }) => name),
    changed: changed.name,
    refused: refused.error?.errors.map(({ source }) => source),
    removed,
  }),
);
