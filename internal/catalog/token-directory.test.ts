import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { FindToken } from '../identity/authenticate.js';
import type { Principal } from '../identity/principal.js';
import { readTokenText } from '../identity/token-text.js';
import { type JournalPool, makeJournalPool } from '../store/journal/journal-pool.js';
import { type Db, makeKnex } from '../store/postgres/knex.js';
import { listen } from '../store/postgres/listen.js';
import { loadTokenChanges, recordTokenUse, removeOldTokens } from '../store/tokens/token-changes.js';
import { insertToken, loadToken, revokeToken, rotateToken } from '../store/tokens/tokens.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { fc } from '../testkit/properties.js';
import { directoryOf } from '../testkit/tokens/token-api.js';
import { makeTokenDirectory } from './token-directory.js';

let database: TestDatabase;
let db: Db;
let pool: JournalPool;
/** The clocks of all directories of this file. */
let monotonic = 0;
let now = Date.now();
const clocks = { monotonicMs: () => monotonic, now: () => now };
const A_SECOND = 1000;

beforeAll(async () => {
  database = await makeTestDatabase();
  db = makeKnex(database.connection, { max: 4 });
  pool = makeJournalPool(database.connection, 4, makeTestLogger());
});
afterAll(async () => {
  await db.destroy();
  await pool.stop();
  await database.drop();
});

const GRANT = { role: 'operator', scopes: null, spaces: null, events: null, expiresAt: null };
const make = (more: object = {}) => insertToken(db, { subject: 'user:1', userId: 1 }, { ...GRANT, name: 't', ...more });
const ask = async (find: FindToken, text: string): Promise<Principal | undefined> => {
  const shown = readTokenText(text);
  return shown && find(shown);
};
const rotate = (id: number, overlapMs: number) => rotateToken(db, { id, spaces: 'all', overlapMs }, () => undefined);

it('a token that was made elsewhere is recognised at once, and another one of its row is not', async () => {
  const directory = directoryOf(pool, clocks);
  await directory.refresh();
  const { token, text } = await make();
  const other = (await rotate(token.id, 0)).text;
  expect(await ask(directory.find, other)).toMatchObject({ subject: `token:${token.id}`, userId: 1, creators: 'all' });
  expect(await ask(directory.find, text)).toBeUndefined();
});

it('a second after a revocation nothing is admitted, without any notification', async () => {
  const [one, two] = [directoryOf(pool, clocks), directoryOf(pool, clocks)];
  const { token, text } = await make();
  expect([await ask(one.find, text), await ask(two.find, text)]).toEqual([expect.anything(), expect.anything()]);
  await revokeToken(db, token.id, 'all');
  await one.refresh();
  monotonic += A_SECOND;
  expect([await ask(one.find, text), await ask(two.find, text)]).toEqual([undefined, undefined]);
});

it('nothing is admitted by tokens that could not be read for a second', async () => {
  let isAway = false;
  const directory = makeTokenDirectory({
    loadChanges: (known) => (isAway ? Promise.reject(new Error('away')) : loadTokenChanges(pool, known)),
    recordUse: async () => undefined,
    listen: () => ({ stop: async () => undefined }),
    ...clocks,
    logger: makeTestLogger(),
  });
  const { text } = await make();
  await directory.refresh();
  isAway = true;
  expect(await ask(directory.find, text)).toBeDefined();
  monotonic += A_SECOND;
  await expect(ask(directory.find, text)).rejects.toThrow('away');
});

it('a rotated token is known by both texts during the overlap, and the text before the last is not', async () => {
  const directory = directoryOf(pool, clocks);
  const { token, text: first } = await make();
  const { text: second } = await rotate(token.id, 60_000);
  await directory.refresh();
  expect([await ask(directory.find, first), await ask(directory.find, second)]).not.toContain(undefined);
  now += 3_600_000;
  expect(await ask(directory.find, first)).toBeUndefined();
  now -= 3_600_000;
  const { text: third } = await rotate(token.id, 60_000);
  await directory.refresh();
  expect(await ask(directory.find, first)).toBeUndefined();
  expect([await ask(directory.find, second), await ask(directory.find, third)]).not.toContain(undefined);
});

it('a token that has expired is not recognised', async () => {
  const directory = directoryOf(pool, clocks);
  const { text } = await make({ expiresAt: new Date(now + 5000) });
  await directory.refresh();
  expect(await ask(directory.find, text)).toBeDefined();
  now += 5000;
  expect(await ask(directory.find, text)).toBeUndefined();
  now -= 5000;
});

it('after the database was restored from a backup, the tokens are those of the backup', async () => {
  const directory = directoryOf(pool, clocks);
  const { token, text } = await make();
  await directory.refresh();
  await db('tokens').where({ id: token.id }).delete();
  // Other tokens were made since, so that the version is as high as before.
  const { text: later } = await make();
  monotonic += A_SECOND;
  expect(await ask(directory.find, text)).toBeUndefined();
  expect(await ask(directory.find, later)).toBeDefined();
});

it('a running directory follows notifications, and records the minute of the last use', async () => {
  const logger = makeTestLogger();
  const directory = makeTokenDirectory({
    loadChanges: (known) => loadTokenChanges(pool, known),
    recordUse: (ids) => recordTokenUse(pool, ids),
    listen: (notified) => listen(database.connection, 'hukz_tokens', logger, notified),
    now: Date.now,
    // The clock shows one time, so that only a notification or a poll renews what is known.
    monotonicMs: () => 0,
    logger,
  });
  directory.start();
  const { token, text } = await make();
  await eventually(async () => (await ask(directory.find, text)) !== undefined, { what: 'the token is known' });
  await revokeToken(db, token.id, 'all');
  await eventually(async () => (await ask(directory.find, text)) === undefined, { what: 'the token is revoked' });
  const { token: used, text: usedText } = await make();
  expect(await ask(directory.find, usedText)).toBeDefined();
  await directory.stop();
  const { lastUsedAt } = await loadToken(db, used.id, 'all');
  expect([lastUsedAt?.getUTCSeconds(), lastUsedAt?.getUTCMilliseconds()]).toEqual([0, 0]);
});

it('tokens that were revoked long ago are removed', async () => {
  const { token } = await make();
  const { token: living } = await make();
  await revokeToken(db, token.id, 'all');
  await removeOldTokens(pool, 60_000);
  expect(await db('tokens').where({ id: token.id })).toHaveLength(1);
  await removeOldTokens(pool, 0);
  expect(await db('tokens').whereIn('id', [token.id, living.id]).pluck('id')).toEqual([living.id]);
});

type Step = {
  readonly do: 'make' | 'revoke' | 'rotate' | 'demote' | 'ask';
  readonly token: number;
  readonly at: number;
};
const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom('make', 'revoke', 'rotate', 'demote', 'ask', 'ask', 'ask'),
    token: fc.nat(3),
    at: fc.nat(1),
  }),
  { minLength: 5, maxLength: 25 },
);

it('whatever is revoked, rotated or demoted through one of two instances, a second later both obey', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const instances = [directoryOf(pool, clocks), directoryOf(pool, clocks)];
      const made: { id: number; valid: string; gone: string[]; role: string }[] = [];
      for (const step of all) {
        const which = made[step.token % Math.max(1, made.length)];
        const [here] = instances.slice(step.at);
        if (step.do === 'make' || !which) {
          const { token, text } = await make();
          made.push({ id: token.id, valid: text, gone: [], role: 'operator' });
        } else if (step.do === 'revoke' && which.valid !== '') {
          await revokeToken(db, which.id, 'all');
          Object.assign(which, { valid: '', gone: [...which.gone, which.valid] });
        } else if (step.do === 'rotate' && which.valid !== '') {
          const { text } = await rotate(which.id, 0);
          Object.assign(which, { valid: text, gone: [...which.gone, which.valid] });
        } else if (step.do === 'demote' && which.valid !== '') {
          await db('tokens').where({ id: which.id }).update({ role: 'publisher' });
          which.role = 'publisher';
        }
        await here?.refresh();
        monotonic += A_SECOND;
        for (const { find } of instances) {
          for (const { valid, gone, role } of made) {
            for (const text of gone) expect(await ask(find, text)).toBeUndefined();
            const found = valid === '' ? undefined : await ask(find, valid);
            expect(found?.scopes.has('logs:read')).toBe(valid === '' ? undefined : role === 'operator');
          }
        }
      }
    }),
    { numRuns: 15 },
  );
});
