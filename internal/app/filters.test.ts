import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit({ HUKZ_FILTER_MAX_BYTES: '1KiB' });
let event: number;
beforeAll(async () => {
  event = await kit.hukz.api.event('order.*');
});

const LARGE = 'x'.repeat(1024);
const webhook = (path: string, settings: object) =>
  kit.hukz.api.webhook(`${kit.receiver.url}/${path}`, [event], settings);
const publish = async (payload: unknown, subject = 'order.paid') => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return (await requestReceipt(kit.nats, { subject, payload: text })).json<object>();
};
const metric = async (name: string) => {
  const text = await (await fetch(`http://127.0.0.1:${kit.hukz.app.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};
const remove = async (...ids: readonly number[]) => {
  for (const id of ids) await kit.hukz.api.delete(`/webhooks/${id}`).expect(200);
};

describe('a webhook with a filter', () => {
  it('gets the messages that fulfil it, by every change of it from the answer on', async () => {
    const id = await webhook('a', { filter: { data: { amount: { $gte: 100 } } } });
    expect(await publish({ amount: 99 })).toMatchObject({ webhooks: 0 });
    expect(await publish({ amount: 100 })).toMatchObject({ webhooks: 1 });
    expect(await publish('not JSON')).toMatchObject({ webhooks: 0 });
    await kit.hukz.api.patch(`/webhooks/${id}`, { filter: { subject: { tokens: { 2: 'made' } } } }).expect(200);
    expect(await publish({ amount: 100 })).toMatchObject({ webhooks: 0 });
    expect(await publish({}, 'order.made')).toMatchObject({ webhooks: 1 });
    await kit.hukz.api.patch(`/webhooks/${id}`, { filter: null }).expect(200);
    expect(await publish('not JSON')).toMatchObject({ webhooks: 1 });
    const bodies = (await kit.receiver.waitFor(3)).map(({ body }) => JSON.parse(String(body)).payload);
    expect(bodies).toEqual([{ amount: 100 }, {}, Buffer.from('not JSON').toString('base64')]);
    await remove(id);
  });

  it('is found among others by its value, and those without a filter get all messages', async () => {
    const ids: number[] = [];
    for (let account = 0; account < 12; account++)
      ids.push(await webhook(`account-${account}`, { filter: { data: { account: `a${account}`, paid: true } } }));
    ids.push(await webhook('all', {}));
    expect(await publish({ account: ['a3', 'a5'], paid: true })).toMatchObject({ webhooks: 3 });
    expect(await publish({ account: 'a3', paid: false })).toMatchObject({ webhooks: 1 });
    await remove(...ids);
  });

  it('decides by filter_oversize about a payload that is too large, and counts it', async () => {
    const filter = { data: { amount: 1 } };
    const ids = [await webhook('send', { filter }), await webhook('skip', { filter, filter_oversize: 'skip' })];
    const [oversize, filtered] = [
      await metric('hukz_messages_filter_oversize_total'),
      await metric('hukz_messages_filtered_total'),
    ];
    expect(await publish({ amount: 2, LARGE })).toMatchObject({ webhooks: 1 });
    expect(await publish({ amount: 2 })).toMatchObject({ webhooks: 0 });
    expect(await metric('hukz_messages_filter_oversize_total')).toBe(oversize + 1);
    expect(await metric('hukz_messages_filtered_total')).toBe(filtered + 1);
    await remove(...ids);
  });

  it('gets what it has missed by a replay, which decides by the filter of today', async () => {
    const since = new Date(Date.now() - 60_000).toISOString();
    const id = await webhook('replayed', { filter: { data: { batch: 1 } } });
    for (const [batch, n] of [
      [2, 1],
      [3, 2],
      [2, 3],
    ])
      await publish({ batch, n });
    await publish({ batch: 9, LARGE });
    const missing = { outcome: 'missing', since };
    const count = async () =>
      (await kit.hukz.api.post(`/webhooks/${id}/replay`, { ...missing, dry_run: true }).expect(200)).body.total;
    await kit.hukz.api
      .patch(`/webhooks/${id}`, { filter: { data: { batch: 2 } }, filter_oversize: 'skip' })
      .expect(200);
    expect(await count()).toBe(2);
    const before = kit.receiver.requests.length;
    await kit.hukz.api.post(`/webhooks/${id}/replay`, missing).expect(202);
    await eventually(() => kit.receiver.requests.length >= before + 2, {
      what: 'two replayed messages',
      timeoutMs: 10_000,
    });
    const sent = kit.receiver.requests.slice(before).map(({ body }) => JSON.parse(String(body)).payload);
    expect(sent).toEqual([
      { batch: 2, n: 1 },
      { batch: 2, n: 3 },
    ]);
    await remove(id);
  });

  it('that this version cannot read gets nothing, and says so', async () => {
    const id = await webhook('unread', {});
    const client = new pg.Client(kit.database.connection);
    await client.connect();
    await client.query('update webhooks set own_settings = $2 where id = $1', [
      id,
      { version: 2, filter: '{"data":{"$anew":1}}' },
    ]);
    await client.end();
    await eventually(async () => (await metric('hukz_webhooks_unread')) === 1, { what: 'the webhook is known' });
    expect(await publish({})).toMatchObject({ webhooks: 0 });
    const { body } = await kit.hukz.api.get('/health/ready').expect(200);
    expect(body.degraded).toContainEqual({
      reason: 'settings_not_read',
      problem: expect.stringContaining('name: filter'),
    });
  });
});

it('a mistake is refused with its place and the nearest operator', async () => {
  const filter = { data: { amount: { $gtee: 100 } } };
  const { body } = await kit.hukz.api
    .post('/webhooks', { url: `${kit.receiver.url}/x`, event_ids: [event], filter })
    .expect(422);
  expect(body.errors).toEqual([
    {
      code: 422,
      message: 'filter: /data/amount/$gtee there is no operator $gtee; did you mean $gte?',
      source: '/filter/data/amount/$gtee',
    },
  ]);
});
