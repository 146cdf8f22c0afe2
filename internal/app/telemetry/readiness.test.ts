import { expect, it } from '@jest/globals';
import { makeKnex } from '../../store/postgres/knex.js';
import { makeTestDatabase } from '../../testkit/kits/test-database.js';
import { probeDatabase } from './readiness.js';

it('however many ask whether the service is ready, one of the connections of the API is used for it', async () => {
  const database = await makeTestDatabase();
  const db = makeKnex(database.connection, { max: 10 });
  const probe = probeDatabase(db);
  let queries = 0;
  db.on('query', () => queries++);
  const troubles = await Promise.all(Array.from({ length: 500 }, probe));
  expect(troubles).toEqual(Array(500).fill(undefined));
  // One query is the first one, and one is for all requests that arrived while it was under way.
  expect(queries).toBe(2);
  expect(await probe()).toBeUndefined();
  expect(queries).toBe(3);
  await db.destroy();
  await database.drop();
});
