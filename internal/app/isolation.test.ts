import { beforeAll, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit({}, 2);
const [ACME, OTHER, OPEN] = [7, 8, 9];
let event: number;

beforeAll(async () => {
  event = await kit.hukz.api.event('orders.>');
  await kit.hukz.api.post('/spaces', { id: ACME, key: 'acme', isolation: 'strict' }).expect(201);
  await kit.hukz.api.post('/spaces', { id: OTHER, key: 'other', isolation: 'strict' }).expect(201);
});

const webhook = (spaceId: number) =>
  kit.hukz.api.webhook(`${kit.receiver.url}/${spaceId}`, [event], { space_id: spaceId });
const remove = async (...ids: readonly number[]) => {
  for (const id of ids) await kit.hukz.api.delete(`/webhooks/${id}`).expect(200);
};
const change = (space: number, changes: object) => kit.hukz.api.patch(`/spaces/${space}`, changes).expect(200);

/** The number of webhooks that get a message over NATS. The instance that gets the message is not chosen. */
async function reached(subject: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const made = natsHeaders();
  for (const [name, value] of Object.entries(headers)) made.set(name, value);
  const receipt = await requestReceipt(kit.nats, { subject, payload: '{}' }, { headers: made });
  return receipt.json<{ webhooks: number }>().webhooks;
}

const overHttp = async (body: object, instance = kit.hukz) =>
  (await instance.api.post('/messages', body).expect(202)).body.webhooks;

async function metric(name: string): Promise<number> {
  const texts = [kit.hukz, kit.other].map(async ({ app: { metricsPort } }) => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  });
  return (await Promise.all(texts)).reduce((sum, one) => sum + one, 0);
}

it('only messages that name a strict space reach its webhooks, over NATS and over HTTP', async () => {
  const ids = [await webhook(ACME), await webhook(OTHER), await webhook(OPEN)];
  const before = await metric('hukz_messages_withheld_total');
  expect(await reached('orders.a')).toBe(1);
  expect(await overHttp({ event: 'orders.a' })).toBe(1);
  expect(await metric('hukz_messages_withheld_total')).toBe(before + 2);
  expect(await reached('orders.a', { 'Hukz-Space': 'key:acme' })).toBe(1);
  expect(await overHttp({ event: 'orders.a', space: ACME })).toBe(1);
  expect(await overHttp({ event: 'orders.a', space: 'key:other' }, kit.other)).toBe(1);
  expect(await metric('hukz_messages_withheld_total')).toBe(before + 2);
  const paths = (await kit.receiver.waitFor(5)).map(({ url }) => url).sort();
  expect(paths).toEqual(['/7', '/7', '/8', '/9', '/9']);
  await remove(...ids);
});

it('a publisher whom NATS allows the subjects of one space cannot name another', async () => {
  const ids = [await webhook(ACME), await webhook(OTHER)];
  await change(ACME, { subject: { token: 2 } });
  await change(OTHER, { subject: { token: 2 } });
  const forged = { 'Hukz-Space': 'key:other', Tenant: 'other' };
  expect(await reached('orders.acme.made', forged)).toBe(0);
  expect(await reached('orders.acme.made', { 'Hukz-Webhook': String(ids[1]) })).toBe(0);
  expect(await reached('orders.other.made')).toBe(1);
  expect(await reached('orders.acme.made', { 'Hukz-Space': '7' })).toBe(1);
  expect((await kit.receiver.waitFor(2)).map(({ url }) => url).sort()).toEqual(['/7', '/8']);
  await change(ACME, { subject: null });
  await change(OTHER, { subject: null });
  await remove(...ids);
});

it('a space that becomes strict, or open, is so in every instance', async () => {
  const id = await webhook(OPEN);
  const each = async () => [await overHttp({ event: 'orders.a' }), await overHttp({ event: 'orders.a' }, kit.other)];
  expect(await each()).toEqual([1, 1]);
  await change(OPEN, { isolation: 'strict' });
  expect(await overHttp({ event: 'orders.a' })).toBe(0);
  // The journal stores nothing that was matched by an older catalog.
  expect(await overHttp({ event: 'orders.a' }, kit.other)).toBe(0);
  await change(OPEN, { isolation: 'open' });
  expect(await each()).toEqual([1, 1]);
  await remove(id);
});

it('a replay of what a webhook of a strict space missed takes the messages that name the space', async () => {
  const since = new Date().toISOString();
  for (const space of [ACME, OTHER, undefined]) await overHttp({ event: 'orders.replayed', payload: { space }, space });
  const id = await webhook(ACME);
  const missing = { outcome: 'missing', since };
  const { body } = await kit.hukz.api.post(`/webhooks/${id}/replay`, { ...missing, dry_run: true }).expect(200);
  expect(body.total).toBe(1);
  await kit.hukz.api.post(`/webhooks/${id}/replay`, missing).expect(202);
  const [request] = await kit.receiver.waitFor(1);
  expect(JSON.parse(String(request?.body)).payload).toEqual({ space: ACME });
  await change(ACME, { subject: { token: 2 } });
  const strict = await kit.hukz.api.post(`/webhooks/${id}/replay`, { ...missing, dry_run: true }).expect(200);
  expect(strict.body.total).toBe(0);
  await change(ACME, { subject: null });
  await remove(id);
});
