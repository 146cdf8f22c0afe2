import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { type JournalPool, makeJournalPool } from './journal/journal-pool.js';
import { type Db, makeKnex } from './postgres/knex.js';
import { makeMoves } from './postgres/moves.js';

const SPOIL = ['08006', '25006', '25P02', '26000', '42P05', '57P03', 'XX000'];
const KEEP = ['22012', '23505', '40001', '42P01', '55P03', 'P0001'];

let database: TestDatabase;
let db: Db;
let pool: JournalPool;

beforeEach(async () => {
  database = await makeTestDatabase();
  const connection = { ...database.connection, moves: makeMoves() };
  db = makeKnex({ ...connection, query_timeout: 500 }, { max: 1 });
  pool = makeJournalPool(connection, 1, makeTestLogger());
});
afterEach(async () => {
  await db.destroy();
  await pool.stop();
  await database.drop();
});

const raise = (code: string) => `do $$ begin raise exception 'a fault' using errcode = '${code}'; end $$`;
const ofApi = async (): Promise<number> => (await db.raw('select pg_backend_pid() as pid')).rows[0].pid;
const ofJournal = async () => (await pool.run<{ pid: number }>({ text: 'select pg_backend_pid() as pid' }, []))[0]?.pid;

describe('a session of the API', () => {
  it.each(SPOIL)('is left after %s, within a transaction too', async (code) => {
    const first = await ofApi();
    await expect(db.transaction((trx) => trx.raw(raise(code)))).rejects.toThrow('a fault');
    expect(await ofApi()).not.toBe(first);
  });

  it.each(KEEP)('is kept after %s', async (code) => {
    const first = await ofApi();
    await expect(db.transaction((trx) => trx.raw(raise(code)))).rejects.toThrow('a fault');
    expect(await ofApi()).toBe(first);
  });

  it('is left when a statement got no answer: the next one does not wait behind it', async () => {
    await expect(db.raw('select pg_sleep(5)')).rejects.toThrow('read timeout');
    const from = performance.now();
    await ofApi();
    expect(performance.now() - from).toBeLessThan(2000);
  });
});

describe('a session of the journal', () => {
  it.each(SPOIL)('is left after %s, within a transaction too', async (code) => {
    const first = await ofJournal();
    await expect(pool.transaction((run) => run({ text: raise(code) }, []))).rejects.toThrow('a fault');
    expect(await ofJournal()).not.toBe(first);
  });
});

describe('a statement that waits for a session of the journal', () => {
  it('is run on the new sessions when all are left', async () => {
    const small = makeJournalPool({ ...database.connection, query_timeout: 500 }, 1, makeTestLogger());
    const unanswered = expect(small.run({ text: 'select pg_sleep(5)' }, [])).rejects.toThrow('read timeout');
    const from = performance.now();
    const waiting = [
      small.run({ text: 'select 1 as one' }, []),
      small.transaction((run) => run({ text: 'select 1 as one' }, [])),
    ];
    await unanswered;
    expect(await Promise.all(waiting)).toEqual([[{ one: 1 }], [{ one: 1 }]]);
    expect(performance.now() - from).toBeLessThan(3000);
    await small.stop();
  });
});

it('the sessions that are left are counted', async () => {
  let left = 0;
  const connection = { ...database.connection, onSessionLeft: () => void left++ };
  const [counted, api] = [makeJournalPool(connection, 1, makeTestLogger()), makeKnex(connection, { max: 1 })];
  await expect(counted.run({ text: raise('57P03') }, [])).rejects.toThrow('a fault');
  await expect(api.raw(raise('XX000'))).rejects.toThrow('a fault');
  await expect(api.raw(raise('23505'))).rejects.toThrow('a fault');
  expect(left).toBe(2);
  await Promise.all([counted.stop(), api.destroy()]);
});

describe('the sessions of all pools', () => {
  it.each([
    ['the journal', () => pool.run({ text: raise('25006') }, [])],
    ['the API', () => db.raw(raise('25006'))],
  ])('are left when one of %s can only read', async (_whose, write) => {
    const before = [await ofApi(), await ofJournal()];
    await expect(write()).rejects.toThrow('a fault');
    const after = [await ofApi(), await ofJournal()];
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  });
});
