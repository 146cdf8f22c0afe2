import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Backlog, loadBacklog } from '../store/deliveries/backlog.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestJournal, type TestJournal } from '../testkit/kits/test-journal.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { watchBacklog } from './watch-backlog.js';

let kit: TestJournal;

beforeEach(async () => {
  kit = await makeTestJournal();
});
afterEach(() => kit.stop());

const owe = (due: string, owner = 'null', count = 1) =>
  kit.sql(`insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, owner)
           select gen_random_uuid(), gen_random_uuid(), now(), 1, 1, ${due}, ${owner} from generate_series(1, ${count})`);

it('the backlog is what is due and owned by no instance, and how long the oldest has waited', async () => {
  expect(await loadBacklog(kit.pool, 10)).toEqual({ deliveries: 0, oldestSeconds: 0 });
  await owe(`now() - interval '1 hour'`, 'gen_random_uuid()');
  await owe(`now() + interval '1 hour'`);
  await owe(`'infinity'`);
  expect(await loadBacklog(kit.pool, 10)).toEqual({ deliveries: 0, oldestSeconds: 0 });
  await owe(`now() - interval '40 s'`);
  await owe(`now() - interval '90 s'`);
  const { deliveries, oldestSeconds } = await loadBacklog(kit.pool, 10);
  expect(deliveries).toBe(2);
  expect(oldestSeconds).toBeGreaterThanOrEqual(90);
  expect(oldestSeconds).toBeLessThan(150);
});

it('the backlog is counted up to the limit only, and the oldest is found all the same', async () => {
  await owe(`now()`, 'null', 500);
  await owe(`now() - interval '1 day'`);
  const { deliveries, oldestSeconds } = await loadBacklog(kit.pool, 100);
  expect(deliveries).toBe(100);
  expect(oldestSeconds).toBeGreaterThan(86_000);
});

it('the watch continues after failed looks, and logs them once', async () => {
  const logger = makeTestLogger();
  const seen: Backlog[] = [];
  await kit.sql('alter table deliveries rename to away');
  const before = kit.pool.statements();
  const watch = watchBacklog({ pool: kit.pool, logger, onBacklog: (backlog) => seen.push(backlog), everyMs: 10 });
  await eventually(async () => kit.pool.statements() > before + 5, { what: 'looks that fail' });
  expect(seen).toEqual([]);
  await kit.sql('alter table away rename to deliveries');
  await eventually(async () => seen.length > 0, { what: 'a look that succeeds' });
  await watch.stop();
  expect(logger.lines.map(({ name }) => name)).toEqual(['backlog.look_failed', 'loop.recovered']);
});
