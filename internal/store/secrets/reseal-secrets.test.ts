import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestFields } from '../../testkit/kits/test-webhook-fields.js';
import { type Db, makeKnex } from '../postgres/knex.js';
import { insertWebhook } from '../webhooks/webhooks.js';
import { resealBatch } from './reseal-secrets.js';
import { SEALED_ROW } from './secret-row.js';
import { countByKey } from './stored-keys.js';
import { makeVault, type Vault } from './vault.js';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await makeTestDatabase();
  db = makeKnex(database.connection, { max: 4 });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const makeKey = (id: string) => ({ id, key: randomBytes(32) });
const [lost, old, fresh] = [makeKey('lost'), makeKey('old'), makeKey('fresh')];
const vault = makeVault([fresh, old]);

async function storeSecrets(sealing: Vault, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const secrets = [
      { purpose: 'signing', value: `whsec_${n}` } as const,
      { purpose: 'auth', value: `{"${n}":1}` } as const,
    ];
    await insertWebhook({ db, vault: sealing }, { userId: 1, spaceId: 0 }, makeTestFields({ secrets }));
  }
}

const opened = async () => {
  const rows = await db('webhook_secrets')
    .where({ key_id: 'fresh' })
    .orderBy('id')
    .select('*', db.raw(`${SEALED_ROW} as row`));
  return rows.map(({ webhook_id, purpose, key_id, sealed, row }) =>
    vault.open(webhook_id, { purpose, sealed, keyId: key_id, row, expiresAt: undefined }),
  );
};

async function resealAll(limit: number, between: () => Promise<unknown> = async () => undefined) {
  let [resealed, after] = [0, '0'];
  const problems: string[] = [];
  for (;;) {
    const step = await resealBatch({ db, vault }, after, limit);
    if (!step) return { resealed, problems };
    after = step.lastId;
    resealed += step.resealed;
    problems.push(...step.problems);
    await between();
  }
}

describe('resealing', () => {
  it('seals everything with the first key, batch by batch, and nothing twice', async () => {
    await storeSecrets(makeVault([old]), 3);
    await storeSecrets(makeVault([]), 2);
    expect(await countByKey(db)).toEqual([
      { keyId: 'old', secrets: 6, refused: 0 },
      { keyId: undefined, secrets: 4, refused: 4 },
    ]);
    const version = async () => (await db('catalog_version').first('version')).version;
    const before = await version();
    expect(await resealAll(3)).toEqual({ resealed: 10, problems: [] });
    expect(await countByKey(db)).toEqual([{ keyId: 'fresh', secrets: 10, refused: 0 }]);
    expect((await opened()).map(({ value }) => value)).toEqual(
      [0, 1, 2, 0, 1].flatMap((n) => [`whsec_${n}`, `{"${n}":1}`]),
    );
    expect(await resealAll(3)).toEqual({ resealed: 0, problems: [] });
    // No instance has to load anything again.
    expect(await version()).toBe(before);
  });

  it('leaves what it cannot open, says which, and goes on with the rest', async () => {
    await storeSecrets(makeVault([lost]), 1);
    await storeSecrets(makeVault([old]), 1);
    const { resealed, problems } = await resealAll(1);
    expect(resealed).toBe(2);
    expect(problems).toEqual([
      expect.stringMatching(/^the signing secret of webhook \d+ needs the key "lost" of ENCRYPTION_KEYS/),
      expect.stringMatching(/^the auth secret of webhook \d+ needs the key "lost"/),
    ]);
  });
});
