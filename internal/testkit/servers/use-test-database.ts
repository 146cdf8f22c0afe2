import { afterAll, beforeAll } from '@jest/globals';
import { type Db, makeKnex } from '../../store/postgres/knex.js';
import { makeTestDatabase, type TestDatabase } from '../kits/test-database.js';

/** A database, and a client for queries. */
export interface UsedDatabase {
  db: Db;
}

/** Sets up a database of its own for all tests of a file. With `empty` it is not migrated. */
export function useTestDatabase(options: { readonly empty?: boolean } = {}): UsedDatabase {
  const used = {} as UsedDatabase;
  let database: TestDatabase;
  beforeAll(async () => {
    database = await makeTestDatabase(options);
    used.db = makeKnex(database.connection, { max: 2 });
  });
  afterAll(async () => {
    await used.db.destroy();
    await database.drop();
  });
  return used;
}
