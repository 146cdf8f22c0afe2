import { expect, it } from '@jest/globals';
import { useGoImport } from '../../testkit/go-database/use-go-import.js';
import { importLogs } from './import-logs.js';

const kit = useGoImport();
const bring = (since: string) => {
  const progress: [number, number][] = [];
  const onProgress = (done: number, total: number) => void progress.push([done, total]);
  return importLogs({ db: kit.db, schema: 'public', since: new Date(since), onProgress }).then((report) => ({
    ...report,
    progress,
  }));
};

it('logs are brought with what was sent and answered, once, and the tables are left alone', async () => {
  const before = await kit.go.picture();
  expect(await bring('2022-01-01')).toEqual({ brought: 9, skipped: 0, withoutBody: 0, progress: [[9, 9]] });
  expect(await kit.go.picture()).toBe(before);
  const rows = await kit.db('webhook_logs').orderBy('id');
  expect(rows.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6', '7', '9', '10']);
  expect(rows[3]).toMatchObject({
    event: 'post.created',
    url: 'https://hooks.slack.com/services/***',
    response_body: '{"data":"ok"}',
    webhook_id: 2,
    space_id: '7',
    outcome: 'delivered',
    tags: { app: 'example' },
  });
  expect(rows[4]).toMatchObject({ outcome: 'failed', response_status_code: 302, webhook_id: 1 });
  expect(String(rows[8].imported_data)).toBe('{"n":12345678901234567000}');
  expect((await bring('2022-01-01')).brought).toBe(0);
});

it('a batch that was interrupted is continued, and later logs follow', async () => {
  await bring('2022-01-01');
  await kit.db('go_import_logs').update({ last_id: 3 });
  await kit.db('webhook_logs').where('id', '>', 5).delete();
  await kit.go.query(`insert into webhook_logs (id, created_at, event, url, response_status_code)
    values (12, '2022-10-09', 'a.b', 'https://example.com/other', 200)`);
  await bring('2022-01-01');
  const rows = await kit.db('webhook_logs').orderBy('id').select('id', 'webhook_id');
  expect(rows.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6', '7', '9', '10', '12']);
  expect(rows.at(-1).webhook_id).toBe(0);
});

it('older logs are not brought', async () => {
  expect((await bring('2022-10-08')).brought).toBe(2);
});

it('older logs are brought when they are asked for later, and those that were committed late', async () => {
  await bring('2022-10-08');
  // A transaction of the Go service that took its id earlier, and was committed after the import.
  await kit.go.query(`insert into webhook_logs (id, created_at, event) values (8, '2022-10-08 10:00', 'late.one')`);
  expect((await bring('2022-10-08')).brought).toBe(1);
  expect((await bring('2022-01-01')).brought).toBe(7);
  expect(await kit.db('webhook_logs')).toHaveLength(10);
});

it('two imports at the same time bring each log once', async () => {
  await kit.go.query(`insert into webhook_logs (id, created_at, event, url)
    select 1000 + n, '2022-10-09', 'a.b', 'https://example.com/hook' from generate_series(1, 2000) n`);
  const reports = await Promise.all([bring('2022-01-01'), bring('2022-01-01')]);
  expect(reports.map(({ brought }) => brought).reduce((sum, n) => sum + n)).toBe(2009);
  expect(await kit.db('webhook_logs').count()).toEqual([{ count: '2009' }]);
});

it('hostile rows are brought as far as they can be, and the others are counted', async () => {
  await kit.go.query(`delete from webhook_logs`);
  const insert = (id: number, columns: Readonly<Record<string, string>>) =>
    kit.go.query(`insert into webhook_logs (id, created_at, ${Object.keys(columns)})
      values (${id}, '2022-10-09', ${Object.values(columns)})`);
  await insert(1, { response_status_code: '99999999999', created_by_id: '-9223372036854775808' });
  await insert(2, { response_body: `convert_to(repeat('x', 30000000), 'UTF8')`, response_status_code: '200' });
  await insert(3, { data: `convert_to(repeat('x', 17000000), 'UTF8')` });
  await insert(4, { data: `'\\xff00fe'::bytea`, response_body: `'\\xff00fe'::bytea`, tags: `'\\xff7b'::bytea` });
  await insert(5, {
    url: `repeat('u', 100000)`,
    event: `repeat('e', 100000)`,
    data: `convert_to(repeat('[', 200000), 'UTF8')`,
  });
  await kit.go.query(`insert into webhook_logs (id, created_at) values (6, 'infinity'), (7, '12022-01-01'), (8, null)`);
  expect(await bring('2022-01-01')).toMatchObject({ brought: 5, skipped: 3, withoutBody: 1 });
  const rows = await kit.db('webhook_logs').orderBy('id');
  expect(rows.map(({ response_status_code: status }) => status)).toEqual([null, 200, null, null, null]);
  expect(rows[1].response_body).toHaveLength(16_384);
  expect([rows[2].imported_data, rows[3].imported_data]).toEqual([null, Buffer.from([0xff, 0, 0xfe])]);
});

it('a sequence at its end is refused in a sentence', async () => {
  await kit.go.query(`select setval('webhook_logs_id_seq', 9223372036854775807)`);
  await expect(bring('2022-01-01')).rejects.toThrow('the sequence public.webhook_logs_id_seq is at its end');
});
