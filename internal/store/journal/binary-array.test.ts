import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { fc } from '../../testkit/properties.js';
import { charArray, float8Array, int4Array, int8Array, textArray, uuidArray } from './binary-array.js';
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

const itself = <T>(item: T) => item;

/** The array as PostgreSQL reads it. */
const read = async <T>(type: string, array: Buffer, as = type === '"char"' ? 'text' : type) => {
  const [row] = await pool.run<{ items: T[] }>({ text: `select ($1::${type}[])::${as}[] as items` }, [array]);
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
      expect(await read('text', textArray(items, itself))).toEqual(items);
    }),
    { numRuns: 300 },
  );
});

it('a text with half a character comes back with a replacement for it, and its neighbours whole', async () => {
  const torn = fc.tuple(text, fc.constantFrom('\ud800', '\udc00'), text).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, torn, text, async (before, half, after) => {
      const stored = Buffer.from(half).toString();
      expect(await read('text', textArray([before, half, after], itself))).toEqual([before, stored, after]);
    }),
  );
});

it('numbers, characters, uuids and nulls come back as they were written, none at all as an empty array', async () => {
  const check = async <T, R>(
    type: string,
    item: fc.Arbitrary<T>,
    write: (items: (T | null)[]) => Buffer,
    as: (item: T) => R,
  ) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.option(item), { maxLength: 20 }), async (given) => {
        const expected = given.map((one) => (one === null ? null : as(one)));
        expect(await read(type, write(given))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  const finite = fc.double({ noDefaultInfinity: true, noNaN: true });
  const ascii = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
  await check('int4', fc.integer(), (items) => int4Array(items, itself), itself);
  await check('int8', fc.maxSafeInteger(), (items) => int8Array(items, itself), String);
  await check('float8', finite, (items) => float8Array(items, itself), itself);
  await check('"char"', ascii, (items) => charArray(items, itself), itself);
  await check('uuid', fc.uuid(), (items) => uuidArray(items, itself), itself);
  await check('uuid', fc.uuid(), (items) => uuidArray(items, (id) => id?.toUpperCase()), itself);
});

it('a text with NUL is refused by PostgreSQL as data', async () => {
  await expect(read('text', textArray(['fine', 'a\0b'], itself))).rejects.toMatchObject({ code: '22021' });
});

it('a time in milliseconds comes back from PostgreSQL as the same millisecond', async () => {
  const time = fc.integer({ min: 0, max: Date.UTC(2200, 0) });
  await fc.assert(
    fc.asyncProperty(fc.array(time, { minLength: 1, maxLength: 50 }), async (times) => {
      const [row] = await pool.run<{ read: number[]; same: boolean }>(
        {
          text: `select array_agg(round(ms)::float8 order by n) as read, bool_and(to_timestamp(round(ms) / 1000) = stored) as same
            from (select stored, n, extract(epoch from stored)::float8 * 1000 as ms
                  from (select to_timestamp(at / 1000) as stored, n from unnest($1::float8[]) with ordinality as t(at, n)) as a) as b`,
        },
        [float8Array(times, itself)],
      );
      expect(row).toEqual({ read: times, same: true });
    }),
  );
});
