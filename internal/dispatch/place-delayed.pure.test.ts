import { expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { NO_SETTINGS } from '../domain/matching/webhook-settings.js';
import type { Header } from '../domain/message/message.js';
import { makeTestWebhook } from '../testkit/kits/test-webhook.js';
import { makePlaceDelayed } from './place-delayed.js';

const body = Buffer.from('{}');
const claimed = (id: string, headers: readonly Header[], more: Partial<OwnedDelivery> = {}): OwnedDelivery => ({
  id,
  message: { id, receivedAt: 0, subject: 'a', headers, payload: body, body },
  webhookId: 1,
  owner: 'me',
  attempts: 0,
  countedFailures: 0,
  ...more,
});
const settings = { ...NO_SETTINGS, ordering: { by: 'key' as const, header: 'Key' } };
const ORDERED = makeTestWebhook(1, { settings });

/** Returns the ids that are sent, those that get a position, and the number of keys that advance. */
async function outcomeOf(deliveries: readonly OwnedDelivery[]) {
  const placed: string[] = [];
  const advanced = new Set<string>();
  const placeDelayed = makePlaceDelayed({
    find: (id) => [ORDERED, makeTestWebhook(2)].find((webhook) => webhook.id === id),
    place: async (placements) => void placed.push(...placements.map(({ delivery }) => delivery.id)),
    advance: (_webhookId, orderKey) => void advanced.add(orderKey),
  });
  const sent = (await placeDelayed(deliveries)).map(({ id }) => id);
  return { sent, placed, keys: advanced.size };
}
const late = (delay: string, key = 'k'): Header[] => [
  ['Hukz-Delay', delay],
  ['Key', key],
];

it('delayed deliveries of an ordered webhook get positions by their times', async () => {
  const deliveries = [claimed('b', late('2s')), claimed('c', late('3s', 'other')), claimed('a', late('1s'))];
  expect(await outcomeOf(deliveries)).toEqual({ sent: [], placed: ['a', 'b', 'c'], keys: 2 });
});

it.each<[string, OwnedDelivery]>([
  ['was not delayed', claimed('a', [['Key', 'k']])],
  ['has a position', claimed('a', late('1s'), { orderKey: 'known' })],
  ['is a replay', claimed('a', late('1s'), { replay: true })],
  ['has no key', claimed('a', [['Hukz-Delay', '1s']])],
  ['belongs to a webhook without an order', claimed('a', late('1s'), { webhookId: 2 })],
  ['belongs to a deleted webhook', claimed('a', late('1s'), { webhookId: 3 })],
])('a delivery that %s is sent at once', async (_case, delivery) => {
  expect(await outcomeOf([delivery])).toEqual({ sent: ['a'], placed: [], keys: 0 });
});
