import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Db, makeKnex } from '../store/postgres/knex.js';
import { makeVault } from '../store/secrets/vault.js';
import { insertWebhook } from '../store/webhooks/webhooks.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeTestFields } from '../testkit/kits/test-webhook-fields.js';
import { reportKeys } from './report-keys.js';

const makeKey = (id: string) => ({ id, key: randomBytes(32) });
const [right, gone, other] = [makeKey('right'), makeKey('gone'), makeKey('other')];

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await makeTestDatabase();
  db = makeKnex(database.connection, { max: 1 });
  for (const key of [right, gone, other]) {
    const secrets = [{ purpose: 'signing', value: 'a secret to be kept' } as const];
    const fields = makeTestFields({ secrets });
    await insertWebhook({ db, vault: makeVault([key]) }, { userId: 1, spaceId: 0 }, fields);
  }
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

it('a missing key and another key of the same name are reported differently at the start', async () => {
  const logger = makeTestLogger();
  const keys = [right, makeKey('other'), makeKey('unused')];
  await reportKeys({ db, keys, isStrict: false, mode: 'production', logger });
  expect(logger.lines.map(({ level, name, fields }) => [level, name, fields.key_id])).toEqual([
    ['error', 'secrets.key_missing', 'gone'],
    ['error', 'secrets.key_wrong', 'other'],
  ]);
  expect(logger.lines[1]?.fields.advice).toContain('"other" of ENCRYPTION_KEYS is not the one');
});

it('secrets that ENCRYPTION_STRICT refuses are counted at the start', async () => {
  const logger = makeTestLogger();
  const keys = [right, gone, other];
  await db('webhook_secrets').where({ key_id: 'other' }).update({ key_id: null });
  for (const isStrict of [false, true]) await reportKeys({ db, keys, isStrict, mode: 'production', logger });
  expect(logger.lines.map(({ level, name, fields }) => [level, name, fields.secrets])).toEqual([
    ['error', 'secrets.refused', 1],
  ]);
});
