import { expect, it } from '@jest/globals';
import { makeKnex } from '../store/postgres/knex.js';
import { findClearDestinations, sealDestination } from '../store/secrets/seal-destinations.js';
import { makeVault } from '../store/secrets/vault.js';
import { canary } from '../testkit/canary.js';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { storedSecrets } from '../testkit/stored-secret.js';

const KEY = { id: 'k', key: Buffer.alloc(32, 7) };
const vault = makeVault([KEY], true);
const kit = useAppKit({ HUKZ_ENCRYPTION_KEYS: `k:${KEY.key.toString('base64')}`, HUKZ_ENCRYPTION_STRICT: 'true' });

const [TOKEN, HEADER] = [canary('in-url'), canary('in-header')];
const SHOWN = { 'x-api-key': '***', 'x-team': 'payments' };

/** All rows of the tables that contain URLs or headers, as text. */
async function stored(): Promise<string> {
  const db = makeKnex(kit.database.connection, { max: 1 });
  const rows = await Promise.all(['webhooks', 'webhook_secrets', 'webhook_logs'].map((table) => db(table)));
  await db.destroy();
  return rows
    .flat()
    .map((row) => JSON.stringify({ ...row, sealed: row.sealed?.toString('latin1') }))
    .join('\n');
}

const logsOf = async (id: number) => (await kit.hukz.api.get(`/webhooks/logs?webhook_id=${id}`).expect(200)).body.nodes;

it('a url and headers with secrets are sent whole, and stored, answered and logged without them', async () => {
  kit.receiver.behave(({ url, headers }) => ({ status: 202, body: JSON.stringify({ url, headers }) }));
  const event = await kit.hukz.api.event('hidden.parts');
  const url = `${kit.receiver.url}/hook?of=payments&token=${TOKEN}`;
  const shown = `${kit.receiver.url}/hook?of=payments&token=***`;
  const headers = { 'x-api-key': HEADER, 'x-team': 'payments' };
  const made = await kit.hukz.api.post('/webhooks', { url, event_ids: [event], headers }).expect(201);
  const { id } = made.body;
  expect(made.body).toMatchObject({ url: shown, headers: SHOWN });

  kit.nats.publish('hidden.parts', '{}');
  const [first] = await kit.receiver.waitFor(1);
  expect(first).toMatchObject({ url: `/hook?of=payments&token=${TOKEN}`, headers });
  await eventually(async () => (await logsOf(id)).length === 1, { what: 'the log row' });
  const [log] = await logsOf(id);
  expect(log).toMatchObject({ url: shown, outcome: 'delivered', response_body: { headers: SHOWN } });

  const texts = [made.text];
  for (const path of [
    `/webhooks/${id}`,
    '/webhooks',
    '/webhooks/space/0',
    '/webhooks/logs',
    `/deliveries/${log.delivery_id}`,
  ])
    texts.push((await kit.hukz.api.get(path).expect(200)).text);
  texts.push((await kit.hukz.api.post(`/webhooks/${id}/test`).expect(200)).text, await stored());
  texts.push(JSON.stringify(kit.hukz.logger.lines));
  expect(texts.filter((text) => text.includes('CANARY'))).toEqual([]);

  const read = (await kit.hukz.api.get(`/webhooks/${id}`)).body;
  const secretRows = async () => {
    const db = makeKnex(kit.database.connection, { max: 1 });
    const rows = [...(await storedSecrets(db, id, 'url')), ...(await storedSecrets(db, id, 'headers'))];
    await db.destroy();
    return rows;
  };
  const before = await secretRows();
  expect(before.map((secret) => vault.open(id, secret).value)).toEqual([url, JSON.stringify({ 'x-api-key': HEADER })]);
  await kit.hukz.api.put(`/webhooks/${id}`, read).expect(200);
  await kit.hukz.api.patch(`/webhooks/${id}`, { name: 'renamed' }).expect(200);
  expect(await secretRows()).toEqual(before);
});

it('a mask is no value: it means the stored value, and is accepted in no other place', async () => {
  const url = `${kit.receiver.url}/hook?token=${TOKEN}`;
  const headers = { 'X-Api-Key': HEADER };
  const id = await kit.hukz.api.webhook(url, [], { headers, name: 'hidden parts' });
  const refuse = async (body: object, words: string, source: string) => {
    for (const method of ['put', 'patch'] as const) {
      const { body: answer, text } = await kit.hukz.api[method](`/webhooks/${id}`, body).expect(409);
      expect(answer.errors[0]).toMatchObject({ source, message: expect.stringContaining(words) });
      expect(text).not.toContain('CANARY');
    }
  };
  await refuse({ url: `${kit.receiver.url}/other?token=***` }, '*** replaces a part that is not shown', 'url');
  await refuse({ headers: { 'X-Other-Token': '***' } }, '*** replaces the value of X-Other-Token', 'headers');
  const moved = `${kit.receiver.url}/other?token=${TOKEN}`;
  await refuse({ url: moved }, 'headers.X-Api-Key must be sent again, because url would change', 'headers');
  await refuse({ url: moved, headers: { 'x-api-key': '***' } }, 'headers.x-api-key must be sent again', 'headers');
  await refuse(
    { tls: { insecure: true } },
    'headers.X-Api-Key must be sent again, because tls would change',
    'headers',
  );
  for (const field of [{ url: `${kit.receiver.url}/?token=***` }, { url, headers: { 'x-token': '***' } }])
    await kit.hukz.api.post('/webhooks', { event_ids: [], ...field }).expect(422);

  await kit.hukz.api.patch(`/webhooks/${id}`, { headers: { 'x-api-key': '***', 'x-team': 'a' } }).expect(200);
  await kit.hukz.api.post(`/webhooks/${id}/test`).expect(200);
  expect(kit.receiver.requests.at(-1)?.headers).toMatchObject({ 'x-api-key': HEADER, 'x-team': 'a' });
  await kit.hukz.api.patch(`/webhooks/${id}`, { url: moved, headers: { 'x-api-key': 'given' } }).expect(200);
  await kit.hukz.api.post(`/webhooks/${id}/test`).expect(200);
  expect(kit.receiver.requests.at(-1)).toMatchObject({
    url: `/other?token=${TOKEN}`,
    headers: { 'x-api-key': 'given' },
  });
  const plain = await kit.hukz.api.patch(`/webhooks/${id}`, { url: kit.receiver.url, headers: null }).expect(200);
  expect([plain.body.url, plain.body.headers]).toEqual([kit.receiver.url, undefined]);
  const db = makeKnex(kit.database.connection, { max: 1 });
  expect(await db('webhook_secrets').where({ webhook_id: id }).pluck('purpose')).toEqual(['signing']);
  await db.destroy();
});

it('urls and headers that earlier versions stored in clear are masked in answers, and are sealed by hukz keys rotate', async () => {
  const db = makeKnex(kit.database.connection, { max: 2 });
  const url = `${kit.receiver.url}/old?token=${TOKEN}`;
  const id = await kit.hukz.api.webhook(`${kit.receiver.url}/old`, []);
  const deleted = await kit.hukz.api.webhook(`${kit.receiver.url}/old`, []);
  await kit.hukz.api.delete(`/webhooks/${deleted}`).expect(200);
  const own_settings = JSON.stringify({ version: 2, headers: { 'x-token': HEADER, 'x-team': 'a' } });
  await db('webhooks').whereIn('id', [id, deleted]).update({ url, own_settings });
  const shown = { url: `${kit.receiver.url}/old?token=***`, headers: { 'x-token': '***', 'x-team': 'a' } };
  expect((await kit.hukz.api.get(`/webhooks/${id}`).expect(200)).body).toMatchObject(shown);

  const clear = (await findClearDestinations(db, 0, 1000))?.ids ?? [];
  expect(clear).toEqual([id, deleted]);
  for (const each of clear) await sealDestination({ db, vault }, each);
  expect((await findClearDestinations(db, 0, 1000))?.ids).toEqual([]);
  const rows = await db('webhooks').whereIn('id', [id, deleted]).select('url', 'own_settings');
  expect(rows).toEqual(Array(2).fill({ url: shown.url, own_settings: { version: 2, headers: shown.headers } }));
  expect(await storedSecrets(db, deleted, 'url')).toEqual([]);
  await db.destroy();
  const sent = async () => {
    await kit.hukz.api.post(`/webhooks/${id}/test`).expect(200);
    const last = kit.receiver.requests.at(-1);
    return last?.url === `/old?token=${TOKEN}` && last.headers['x-token'] === HEADER;
  };
  await eventually(sent, { what: 'the whole url and header' });
});
