import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { makeTestDatabase, type TestDatabase } from '../../testkit/test-database.js';
import { makeTestLogger } from '../../testkit/test-logger.js';
import { plainArray, textArray } from './array-literal.js';
import { type JournalPool, makeJournalPool } from './journal-pool.js';

let database: TestDatabase;
let pool: JournalPool;

beforeAll(async () => {
  database = await makeTestDatabase({ empty: true });
  pool = makeJournalPool(database.connection, 1, makeTestLogger());
});
afterAll(async () => {
  await pool.stop();
  await database.drop();
});

/** The array as PostgreSQL reads it. */
const read = async <T>(type: string, literal: string) => {
  const [row] = await pool.run<{ items: T[] }>({ name: '', text: `select $1::${type}[] as items` }, [literal]);
  return row?.items;
};

const special = fc.constantFrom(
  '"',
  '\\',
  ',',
  '{',
  '}',
  '{}',
  '',
  ' ',
  'NULL',
  'null',
  '\\"',
  '\n',
  "'",
  '\\N',
  ';--',
  '$1',
);
const text = fc.oneof(
  fc.array(special, { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', '')),
  fc.string({ unit: 'grapheme' }),
);

it('any texts and nulls come back from PostgreSQL as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text), { maxLength: 20 }), async (items) => {
      expect(await read('text', textArray(items))).toEqual(items);
    }),
    { numRuns: 300 },
  );
});

it('a text with half a character comes back with a replacement for it, and its neighbours whole', async () => {
  const torn = fc.tuple(text, fc.constantFrom('\ud800', '\udc00'), text).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, torn, text, async (before, half, after) => {
      const stored = Buffer.from(half).toString();
      expect(await read('text', textArray([before, half, after]))).toEqual([before, stored, after]);
    }),
  );
});

it('numbers, booleans, uuids and nulls come back as they were written', async () => {
  const cases = [
    ['int', fc.integer()],
    ['float8', fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value))],
    ['bool', fc.boolean()],
    ['uuid', fc.uuid()],
  ] as const;
  for (const [type, item] of cases) {
    const items = fc.array(fc.option<string | number | boolean>(item), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(items, async (given) => {
        expect(await read(type, plainArray(given))).toEqual(given);
      }),
      { numRuns: 50 },
    );
  }
});

it('a time in milliseconds comes back from PostgreSQL as the same millisecond', async () => {
  const time = fc.integer({ min: 0, max: Date.UTC(2200, 0) });
  await fc.assert(
    fc.asyncProperty(fc.array(time, { minLength: 1, maxLength: 50 }), async (times) => {
      const [row] = await pool.run<{ read: number[]; same: boolean }>(
        {
          name: '',
          text: `select array_agg(round(ms)::float8 order by n) as read, bool_and(to_timestamp(round(ms) / 1000) = stored) as same
            from (select stored, n, extract(epoch from stored)::float8 * 1000 as ms
                  from (select to_timestamp(at / 1000) as stored, n from unnest($1::float8[]) with ordinality as t(at, n)) as a) as b`,
        },
        [plainArray(times)],
      );
      expect(row).toEqual({ read: times, same: true });
    }),
  );
});
