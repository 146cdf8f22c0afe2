import { randomUUID } from 'node:crypto';
import { orderKeyOfValue } from '../../domain/delivery/order-key.js';
import { writeRowId } from '../../domain/webhooks-rs/object-id.js';
import { hoursAgo, storeDelivery } from '../stored-delivery.js';
import type { TokenApi } from './token-api.js';

/** The objects of a space, by the ids that requests name. */
export interface Walled {
  readonly space: number;
  readonly spaceKey: string;
  readonly webhook: number;
  readonly webhookKey: string;
  readonly delivery: string;
  readonly message: string;
  readonly log: number;
  readonly replay: string;
  readonly orderKey: string;
  readonly token: number;
  readonly application: string;
  readonly endpoint: string;
}

/** Ids that nothing has. */
export const NOTHING: Walled = {
  space: 909_090,
  spaceKey: 'space-909090',
  webhook: 999_999,
  webhookKey: 'hook-909090',
  delivery: '0199dddd-0000-7000-8000-000000000000',
  message: '0199dddd-0000-7000-8000-000000000001',
  log: 999_999,
  replay: '0199dddd-0000-4000-8000-000000000002',
  orderKey: '0199dddd-0000-4000-8000-000000000003',
  token: 999_999,
  application: 'app_1srOrx2ZWZBpBUvZwXKQmoEYga2',
  endpoint: 'ep_1srOrx2ZWZBpBUvZwXKQmoEYga2',
};

/** Stores a webhook in the space with a dead and a held delivery, their logs and messages, a replay and a token. */
export async function makeWalled(api: TokenApi, space: number, eventId: number): Promise<Walled> {
  const spaceKey = `space-${space}`;
  await api.send('POST', '/spaces', { id: space, key: spaceKey });
  const webhookKey = `hook-${space}-${randomUUID().slice(0, 8)}`;
  const body = { url: `https://example.com/${webhookKey}`, name: webhookKey, key: webhookKey, space_id: space };
  const made = { ...body, event_ids: [eventId], ordering: 'webhook' };
  const webhook: number = (await api.send('POST', '/webhooks', made).expect(201)).body.id;
  const dead = await storeDelivery(api.db, { place: 'dead_letters', webhookId: webhook, at: hoursAgo(1) });
  const owed = await storeDelivery(api.db, { place: 'deliveries', webhookId: webhook, at: hoursAgo(2) });
  const orderKey = orderKeyOfValue(webhook, '');
  await api.db('deliveries').where({ id: owed.id }).update({ order_key: orderKey, order_no: 1, attempts: 1 });
  await api.db('webhook_logs').where({ webhook_id: webhook }).update({ space_id: space });
  const [log] = await api.db('webhook_logs').where({ delivery_id: dead.id }).pluck('id');
  const replay = randomUUID();
  const range = { since: hoursAgo(3), until: hoursAgo(1), outcome: 'dead', total: 1 };
  await api
    .db('replays')
    .insert({ id: replay, webhook_id: webhook, created_at: hoursAgo(1), created_by_id: 1, ...range });
  const ofSpace = { name: webhookKey, role: 'space_reader', spaces: [space] };
  const token: number = (await api.send('POST', '/tokens', ofSpace).expect(201)).body.id;
  const [spaceRow] = await api.db('spaces').where({ id: space });
  const [webhookRow] = await api.db('webhooks').where({ id: webhook });
  return {
    space,
    spaceKey,
    webhook,
    webhookKey,
    delivery: dead.id,
    message: dead.messageId,
    log: Number(log),
    replay,
    orderKey,
    token,
    application: writeRowId('app', { id: space, createdAt: spaceRow.created_at }),
    endpoint: writeRowId('ep', { id: webhook, createdAt: webhookRow.created_at }),
  };
}
