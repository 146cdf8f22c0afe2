import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());

it('a log of the Go service shows the body that was sent, although there is no message', async () => {
  await api.db.raw("select hukz_ensure_partition('webhook_logs', current_date)");
  await api.db.raw(`
    insert into webhook_logs (id, created_at, created_by_id, event, url, response_status_code, response_body, tags,
      webhook_id, space_id, message_id, received_at, delivery_id, attempt, outcome, duration_ms, imported_data)
    select 7000 + n, now(), 1, 'a.b', 'https://example.com/', 200, '{"data":"ok"}', '{}', 0, 0, gen_random_uuid(), now(),
      gen_random_uuid(), 1, 'delivered', 0, data
    from (values (1, '{"n": 12345678901234567890}'::bytea), (2, '\\xff'::bytea)) as logs (n, data)`);
  const list = await api.send('GET', '/webhooks/logs').expect(200);
  expect(list.text).toContain('"data":{"n": 12345678901234567890}');
  expect(list.body.nodes[0]).toMatchObject({ id: 7002, data: '/w==', data_encoding: 'base64' });
  const one = await api.send('GET', '/webhooks/logs/7001').expect(200);
  expect(one.text).toContain('"data":{"n": 12345678901234567890}');
  expect(one.body.response_body).toEqual({ data: 'ok' });
});
