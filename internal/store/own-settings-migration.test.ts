import { beforeAll, describe, expect, it } from '@jest/globals';
import { ownSettings } from '../../migrations/0026-own-settings.js';
import type { WebhookSettings } from '../domain/matching/webhook-settings.js';
import { useTestDatabase } from '../testkit/servers/use-test-database.js';
import type { Db } from './postgres/knex.js';
import { readSettings, writeSettings } from './webhooks/stored-settings.js';

/** Instances of the previous version stored settings as JSON.stringify writes them. */
const byPrevious = (settings: WebhookSettings) => JSON.stringify(settings);
/** Settings as that version stored them. Later settings are not among them, because it does not know them. */
const EXAMPLES: readonly WebhookSettings[] = [
  { format: 'cloudevents', method: 'PUT', timeoutMs: 1500, maxInFlight: 3, disableAfterMs: 0 },
  // Names of headers may be those of settings.
  { headers: { timeoutMs: 'a', auth: 'b', version: '2' }, passHeaders: ['perMs', 'x-request-id'] },
  { passHeaders: [], rate: { count: 100, perMs: 60_000 }, breaker: { failures: 0, share: 0.25 } },
  { breaker: 'off', ordering: { by: 'webhook' }, proxy: 'none' },
  { ordering: { by: 'key', header: 'Order-Id' }, proxy: { host: 'proxy.example', port: 3128, login: true } },
  { ordering: { by: 'key', pointer: '/order/id' }, proxy: { host: 'proxy.example', port: 3128 } },
  { signature: { scheme: 'webhooks-emitter', prefix: 'Acme' }, auth: { type: 'basic', username: 'me' } },
  { signature: { scheme: 'none' }, auth: { type: 'bearer' }, tls: { insecure: true } },
  { auth: { type: 'api_key', header: 'X-Key' }, tls: { ca: 'PEM', certificate: 'PEM' } },
  { auth: { type: 'oauth2', clientId: 'me', issuer: 'https://id.example', scope: 'a b', audience: 'x' } },
  { auth: { type: 'oauth2', clientId: 'me', tokenUrl: 'https://id.example/t', clientAuth: 'client_secret_post' } },
  { retry: { schedule: { kind: 'waits', waitsMs: [5000, 60_000] }, jitter: 0.5, maxAgeMs: 5, finalStatuses: [400] } },
  { retry: { schedule: { kind: 'exponential', startMs: 1000, factor: 1.5, capMs: 60_000, tries: 10 } } },
  { retry: { schedule: { kind: 'constant', waitMs: 5000, tries: 0 }, finalStatuses: [] } },
  { retry: {} },
  {},
];

const used = useTestDatabase();
let db: Db;
beforeAll(() => {
  db = used.db;
});

const insert = async (cells: object): Promise<number> => {
  const webhook = { name: '', url: 'http://a.b', enabled: true, created_by_id: 1, updated_by_id: 1, ...cells };
  const [row] = await db('webhooks').insert(webhook).returning('id');
  return row.id;
};
const update = (id: number, cells: object) => db('webhooks').where({ id }).update(cells);
/** The settings as an instance of the previous version reads them. */
const previousReads = async (id: number) => (await db('webhooks').where({ id }).first('settings')).settings;
const weRead = async (id: number) =>
  readSettings((await db('webhooks').where({ id }).first('own_settings')).own_settings);

it('settings that were stored before the migration are converted, those of deleted webhooks too, and none is touched twice', async () => {
  await ownSettings.down(db);
  const ids: number[] = [];
  for (const [n, settings] of EXAMPLES.entries())
    ids.push(await insert({ settings: byPrevious(settings), deleted_at: n % 3 === 0 ? new Date() : null }));
  await ownSettings.up(db);
  for (const [n, id] of ids.entries()) {
    expect(await weRead(id)).toEqual({ settings: EXAMPLES[n], problem: undefined });
    expect(await previousReads(id)).toEqual(EXAMPLES[n]);
  }
  const versions = () => db('webhooks').orderBy('id').pluck('catalog_version');
  const before = await versions();
  await ownSettings.up(db);
  expect(await versions()).toEqual(before);
});

it('many webhooks are converted in several statements', async () => {
  await ownSettings.down(db);
  await db.raw(`insert into webhooks (name, url, enabled, created_by_id, updated_by_id, settings)
    select '', 'http://a.b', true, 1, 1, '{"timeoutMs": 5}' from generate_series(1, 2500)`);
  await ownSettings.up(db);
  expect(await db('webhooks').whereRaw(`settings <> '{}' and own_settings = '{}'`)).toEqual([]);
});

describe('while instances of the previous version run', () => {
  it('each kind of instance reads what the other has stored', async () => {
    const id = await insert({});
    for (const [n, settings] of EXAMPLES.entries()) {
      if (n % 2 === 0) await update(id, { settings: byPrevious(settings) });
      else await update(id, { own_settings: writeSettings(settings) });
      expect(await weRead(id)).toEqual({ settings, problem: undefined });
      expect(await previousReads(id)).toEqual(settings);
    }
  });

  it('a new webhook of either is read by both', async () => {
    const settings = { timeoutMs: 5, rate: { count: 1, perMs: 1000 } };
    for (const cells of [{ settings: byPrevious(settings) }, { own_settings: writeSettings(settings) }]) {
      const id = await insert(cells);
      expect([await previousReads(id), (await weRead(id)).settings]).toEqual([settings, settings]);
    }
  });

  it('a setting that the previous version does not know survives its changes', async () => {
    const own = { version: 2, timeout_ms: 5, filter: { max_age_ms: 1 } };
    const id = await insert({ own_settings: JSON.stringify(own) });
    const { timeoutMs: _, ...others } = await previousReads(id);
    await update(id, { settings: JSON.stringify({ ...others, timeoutMs: 6 }) });
    expect(await db('webhooks').where({ id }).first('own_settings')).toEqual({
      own_settings: { ...own, timeout_ms: 6 },
    });
  });

  it('settings of another form break no statement', async () => {
    for (const odd of ['[]', '5', '"off"', 'null', '{"auth":5,"retry":{"schedule":[1]}}']) {
      const id = await insert({ settings: odd });
      expect((await weRead(id)).problem).toEqual(expect.any(String));
      await update(id, { own_settings: odd });
    }
  });
});

it('going back keeps the settings for the previous version', async () => {
  const id = await insert({ own_settings: writeSettings({ timeoutMs: 5 }) });
  await ownSettings.down(db);
  expect(await previousReads(id)).toEqual({ timeoutMs: 5 });
  await ownSettings.up(db);
  expect((await weRead(id)).settings).toEqual({ timeoutMs: 5 });
});
