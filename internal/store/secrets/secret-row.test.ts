import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { secretEnvelopes } from '../../../migrations/0022-secret-envelopes.js';
import type { SealedSecret, SecretChange } from '../../domain/secrets/secret.js';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { makeTestFields } from '../../testkit/kits/test-webhook-fields.js';
import { storedSecrets } from '../../testkit/stored-secret.js';
import { loadCatalogChanges } from '../catalog/catalog-changes.js';
import { registerInstance } from '../journal/claim/instances.js';
import { type JournalPool, makeJournalPool } from '../journal/journal-pool.js';
import { type Db, makeKnex } from '../postgres/knex.js';
import { changeWebhook, insertWebhook } from '../webhooks/webhooks.js';
import { resealBatch } from './reseal-secrets.js';
import { hasOldInstances } from './secret-row.js';
import { makeVault } from './vault.js';
import { addSecret } from './webhook-secrets.js';

const key = { id: 'k', key: randomBytes(32) };
const vault = makeVault([key]);
const strict = makeVault([key], true);
let database: TestDatabase;
let db: Db;
let pool: JournalPool;

beforeAll(async () => {
  database = await makeTestDatabase();
  db = makeKnex(database.connection, { max: 2 });
  pool = makeJournalPool(database.connection, 1, makeTestLogger());
});
afterAll(async () => {
  await pool.stop();
  await db.destroy();
  await database.drop();
});

afterEach(async () => {
  await db('webhook_secrets').delete();
});

const auth = (value: string): SecretChange => ({ purpose: 'auth', value });
const fields = (...secrets: SecretChange[]) => makeTestFields({ secrets });
const insert = async (...secrets: SecretChange[]) =>
  (await insertWebhook({ db, vault }, { userId: 1, spaceId: 0 }, fields(...secrets))).id;
const change = (id: number, ...secrets: SecretChange[]) =>
  changeWebhook({ db, vault }, { id, userId: 1 }, () => fields(...secrets));
const only = async (id: number): Promise<SealedSecret> => {
  const [secret, ...more] = await storedSecrets(db, id, 'auth');
  expect(more).toEqual([]);
  if (!secret) throw new Error('there is no secret');
  return secret;
};

describe('a sealed secret', () => {
  it('opens in the row that it was sealed for, as the catalog loads it', async () => {
    const id = await insert(auth('mine'));
    const loaded: SealedSecret[] = [];
    await loadCatalogChanges(pool, { version: 0, stamp: '' }, ({ webhooks }) =>
      loaded.push(...webhooks.filter((webhook) => webhook.id === id).flatMap(({ secrets }) => secrets)),
    );
    expect(loaded.map((secret) => strict.open(id, secret).value)).toEqual(['mine']);
    expect(strict.open(id, await only(id)).value).toBe('mine');
  });

  it('that was replaced does not open when it is put back', async () => {
    const id = await insert(auth('before'));
    const before = await only(id);
    await change(id, auth('after'));
    await db('webhook_secrets').where({ webhook_id: id }).update({ sealed: before.sealed });
    const putBack = await only(id);
    expect(putBack.sealed).toEqual(before.sealed);
    expect(() => vault.open(id, putBack)).toThrow('cannot be decrypted with the key "k"');
    await db('webhook_secrets').where({ webhook_id: id }).update({ envelope: 1 });
    const asBefore = await only(id);
    expect(() => vault.open(id, asBefore)).toThrow('cannot be decrypted with the key "k"');
  });

  it('does not open in another row of the same webhook, or under another time', async () => {
    const id = await insert(auth('one'));
    await db.transaction((trx) => addSecret({ db: trx, vault }, id, auth('two')));
    const [two, one] = await storedSecrets(db, id, 'auth');
    if (!one || !two) throw new Error('there are not two');
    expect([vault.open(id, one).value, vault.open(id, two).value]).toEqual(['one', 'two']);
    expect(() => vault.open(id, { ...one, sealed: two.sealed })).toThrow('cannot be decrypted');
    await db('webhook_secrets')
      .where({ webhook_id: id })
      .update({ created_at: db.raw(`created_at + interval '1 us'`) });
    for (const moved of await storedSecrets(db, id, 'auth'))
      expect(() => vault.open(id, moved)).toThrow('cannot be decrypted');
  });

  it('is refused by a strict vault when it is clear or in the earlier form, until it is sealed again', async () => {
    const sealing = { webhookId: await insert(auth('x')), purpose: 'auth' } as const;
    const id = sealing.webhookId;
    const old = { ...vault.seal(sealing, 'old'), key_id: 'k' };
    await db('webhook_secrets').where({ webhook_id: id }).update({ sealed: old.sealed, envelope: 1 });
    const asOld = await only(id);
    expect(() => strict.open(id, asOld)).toThrow(
      `the auth secret of webhook ${id} is encrypted in the earlier form, and ENCRYPTION_STRICT refuses it`,
    );
    expect((await resealBatch({ db, vault: strict }, '0', 100))?.problems).toEqual([
      expect.stringContaining('in the earlier form'),
    ]);
    expect(await resealBatch({ db, vault }, '0', 100)).toMatchObject({ problems: [] });
    expect(strict.open(id, await only(id)).value).toBe('old');
    await db('webhook_secrets')
      .where({ webhook_id: id })
      .update({ sealed: Buffer.from('clear'), key_id: null });
    const clear = await only(id);
    expect(vault.open(id, clear).value).toBe('clear');
    expect(() => strict.open(id, clear)).toThrow('is not encrypted, and ENCRYPTION_STRICT refuses it');
  });
});

describe('beside an instance of an earlier version', () => {
  it('secrets are sealed as it can open them, and afterwards for their rows', async () => {
    await registerInstance(pool, { id: randomUUID(), host: 'new' });
    expect(await hasOldInstances(db)).toBe(false);
    // An instance of an earlier version registers like this.
    await db('instances').insert({ id: randomUUID(), host: 'old' });
    expect(await hasOldInstances(db)).toBe(true);
    const id = await insert(auth('readable'));
    const { row, ...asOld } = await only(id);
    expect([row, vault.open(id, asOld).value]).toEqual([undefined, 'readable']);
    await db('instances').where({ host: 'old' }).delete();
    await resealBatch({ db, vault }, '0', 100);
    expect(strict.open(id, await only(id)).value).toBe('readable');
    expect((await only(id)).row).toBeDefined();
  });
});

it('the migration is not undone while secrets are sealed in a form that earlier versions cannot open', async () => {
  await insert(auth('kept'));
  await expect(secretEnvelopes.down(db)).rejects.toThrow(/secrets are sealed for their rows/);
  await db('webhook_secrets').delete();
  await db('instances').delete();
  await secretEnvelopes.down(db);
  await secretEnvelopes.up(db);
  const id = await insert(auth('again'));
  expect(strict.open(id, await only(id)).value).toBe('again');
});
