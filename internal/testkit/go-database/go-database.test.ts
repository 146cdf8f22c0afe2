import { expect, it } from '@jest/globals';
import { type GoDatabase, makeGoDatabase } from './make-go-database.js';

it('a database of the Go service has its types, and its picture shows every write', async () => {
  const go: GoDatabase = await makeGoDatabase();
  try {
    const types = await go.query<{ of: string; n: number }>(
      `select data_type as of, count(*)::int as n from information_schema.columns
       where table_schema = 'public' and column_name in ('tags', 'data', 'response_body') group by 1`,
    );
    expect(types).toEqual([{ of: 'bytea', n: 5 }]);
    expect(await go.query('select convert_from(tags, $1) as tags from events where id = 10', ['UTF8'])).toEqual([
      { tags: '{"app":"a","app":"b"}' },
    ]);
    const before = await go.picture();
    expect(await go.picture()).toBe(before);
    await go.query('update events set name = name where id = 1');
    const after = await go.picture();
    expect(after).not.toBe(before);
    await go.query("select nextval('events_id_seq')");
    expect(await go.picture()).not.toBe(after);
  } finally {
    await go.drop();
  }
});
