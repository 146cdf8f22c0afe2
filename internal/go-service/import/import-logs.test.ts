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
  expect(await bring('2022-01-01')).toEqual({ brought: 9, skipped: 0, progress: [[9, 9]] });
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
