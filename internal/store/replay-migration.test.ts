import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import { catalog } from '../../migrations/0001-catalog.js';
import { journal } from '../../migrations/0002-journal.js';
import { replay } from '../../migrations/0004-replay.js';
import { retention } from '../../migrations/0005-retention.js';
import { useTestDatabase } from '../testkit/servers/use-test-database.js';
import type { Db } from './postgres/knex.js';

const used = useTestDatabase({ empty: true });
let db: Db;
beforeAll(() => {
  db = used.db;
});

it('gives messages that were there before the account of what they owe, and takes it away again', async () => {
  await db.raw('create schema hukz');
  await catalog.up(db);
  await journal.up(db);
  const at = '2026-01-02T12:00:00Z';
  const [pending, dead, delivered, message, unmatched] = Array.from({ length: 5 }, () => randomUUID());
  await db.raw(`
    insert into webhooks (created_by_id, updated_by_id, name, url, enabled) select n, n, '', 'http://x', true from generate_series(1, 3) n;
    select hukz_ensure_partition(name, '2026-01-02') from unnest(array['messages', 'webhook_logs']) name;
    insert into messages (id, received_at, subject, payload) values ('${message}', '${at}', 'a.b', ''), ('${unmatched}', '${at}', 'a.b', '');
    insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at) values ('${pending}', '${message}', '${at}', 1, 1, now());
    insert into dead_letters values ('${dead}', '${message}', '${at}', 2, 1, now(), 'exhausted');
    insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id, received_at, delivery_id, attempt, outcome, duration_ms)
      select '${at}', w, 'a.b', 'http://x', '{}', w, 0, '${message}', '${at}', id::uuid, 1, 'x', 1 from (values (2, '${dead}'), (3, '${delivered}')) as l(w, id)`);

  await replay.up(db);
  await retention.up(db);
  const owed = await db('messages').where({ id: message }).first('owed_to', 'delivery_ids');
  const pairs = owed.owed_to.map((webhook: number, index: number) => [webhook, owed.delivery_ids[index]]);
  expect(pairs.sort()).toEqual([
    [1, pending],
    [2, dead],
    [3, delivered],
  ]);
  expect(await db('messages').where({ id: unmatched }).first('owed_to', 'delivery_ids')).toEqual({
    owed_to: [],
    delivery_ids: [],
  });
  expect(await db('dead_letters').first('event', 'created_by_id')).toEqual({ event: 'a.b', created_by_id: '2' });
  await db.raw(`select hukz_ensure_partition('messages', '2026-01-03')`);

  await retention.down(db);
  await replay.down(db);
  expect(await db.schema.hasColumn('messages', 'owed_to')).toBe(false);
  await replay.up(db);
  await retention.up(db);
  expect((await db('messages').where({ id: message }).first('owed_to')).owed_to).toHaveLength(3);
});
