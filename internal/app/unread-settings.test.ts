import { expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit({ HUKZ_LOCAL_FAULT_DELAY: '100ms' });

async function store(id: number, settings: object): Promise<void> {
  const client = new pg.Client(kit.database.connection);
  await client.connect();
  await client.query('update webhooks set own_settings = $2 where id = $1', [id, JSON.stringify(settings)]);
  await client.end();
}
const until = (what: string, condition: () => Promise<boolean> | boolean) =>
  eventually(condition, { what, timeoutMs: 10_000 });
const metric = async () => {
  const text = await (await fetch(`http://127.0.0.1:${kit.hukz.app.metricsPort}/metrics`)).text();
  return Number(/^hukz_webhooks_unread (\S+)$/m.exec(text)?.[1]);
};
const lines = (name: string) => kit.hukz.logger.lines.filter((line) => line.name === name);

it('a webhook whose stored settings cannot be read gets nothing, visibly, until they can; all others get theirs', async () => {
  const event = await kit.hukz.api.event('orders.made');
  const unread = await kit.hukz.api.webhook(`${kit.receiver.url}/unread`, [event]);
  await kit.hukz.api.webhook(`${kit.receiver.url}/other`, [event]);
  const stored = { version: 2, method: 'PUT', throttle: 'a setting of a later version' };
  await store(unread, stored);
  await until('the webhook is known', async () => (await metric()) === 1);

  await requestReceipt(kit.nats, { subject: 'orders.made', payload: '{}' });
  const [request] = await kit.receiver.waitFor(1);
  expect(request?.url).toBe('/other');

  const reason = /unknown form or name: throttle\. Upgrade this instance/;
  const logged = async () => (await kit.hukz.api.get(`/webhooks/logs?webhook_id=${unread}`)).body.nodes ?? [];
  await until('an attempt is logged', async () => (await logged()).length > 0);
  expect((await logged())[0]).toMatchObject({ outcome: 'local_fault', error: expect.stringMatching(reason) });
  const told = { reason: 'settings_not_read', problem: expect.stringMatching(reason) };
  const { body: ready } = await kit.hukz.api.get('/health/ready').expect(200);
  expect(ready.degraded).toContainEqual(told);
  const { fields } = lines('webhook.settings_not_read')[0] ?? {};
  expect(fields).toEqual({ webhooks: 1, webhook_ids: [unread], error: expect.stringMatching(reason) });
  expect(lines('webhook.settings_not_read')).toHaveLength(1);

  expect((await kit.hukz.api.get(`/webhooks/${unread}`).expect(200)).body).toMatchObject({ method: 'PUT' });
  for (const change of [{ name: 'renamed' }, { method: null }]) {
    const { body } = await kit.hukz.api.patch(`/webhooks/${unread}`, change).expect(409);
    expect(body.errors[0].message).toMatch(reason);
  }

  const { throttle: _, ...readable } = stored;
  await store(unread, readable);
  const [, sent] = await kit.receiver.waitFor(2);
  expect([sent?.method, sent?.url]).toEqual(['PUT', '/unread']);
  await until('it is well again', async () => (await metric()) === 0);
  expect(lines('webhook.settings_read')).toHaveLength(1);
  await kit.hukz.api.patch(`/webhooks/${unread}`, { name: 'renamed' }).expect(200);
});
