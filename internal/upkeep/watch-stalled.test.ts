import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { countDeadLetters } from '../store/deliveries/backlog.js';
import { countParked } from '../store/deliveries/parked.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestJournal, type TestJournal } from '../testkit/kits/test-journal.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { touchedBy } from '../testkit/touched-pages.js';
import { type Stalled, watchStalled } from './watch-stalled.js';

let kit: TestJournal;

beforeEach(async () => {
  kit = await makeTestJournal(undefined, 1);
});
afterEach(() => kit.stop());

/** Makes a webhook in the given state (an SQL assignment), and returns its id. */
const webhookThatIs = async (state = 'enabled = true'): Promise<number> => {
  const [row] = await kit.sql<{ id: number }>(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled)
    values (1, 1, '', 'https://receiver.example/', true) returning id`);
  if (!row) throw new Error('no webhook');
  await kit.sql(`update webhooks set ${state} where id = $1`, [row.id]);
  return row.id;
};
interface Owed {
  readonly webhookId: number | string;
  readonly count?: number;
  readonly due?: string;
  readonly orderKey?: string;
  readonly owner?: string;
}
const owe = ({ webhookId, count = 1, due = `'infinity'`, orderKey = 'null', owner = 'null' }: Owed) =>
  kit.sql(`insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, owner, order_key, order_no)
           select gen_random_uuid(), gen_random_uuid(), now(), ${webhookId}, 1, ${due}, ${owner}, ${orderKey}, n
           from generate_series(1, ${count}) n`);
const KEY = 'gen_random_uuid()';
const die = (count: number) =>
  kit.sql(`insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because, event, created_by_id)
           select gen_random_uuid(), gen_random_uuid(), now(), 1, 1, now(), 'exhausted', 'a', 1 from generate_series(1, ${count})`);
const count = async (limits = { deliveries: 1000, webhooks: 100 }) =>
  Object.fromEntries(await countParked(kit.pool, limits));
const NONE = { disabled: 0, paused: 0, circuit_open: 0, ordered: 0, unparking: 0 };

it('each parked delivery is counted under the state of its webhook, or else under its order', async () => {
  expect(await count()).toEqual(NONE);
  await owe({ webhookId: 1, due: 'now()' });
  await owe({ webhookId: 1, due: `now() + interval '1 hour'`, orderKey: KEY });
  await owe({ webhookId: 1, due: 'now()', owner: KEY, orderKey: KEY });
  expect(await count()).toEqual(NONE);

  await owe({ webhookId: await webhookThatIs('enabled = false'), count: 2 });
  const paused = await webhookThatIs('paused_at = now(), circuit_opened_at = now()');
  await owe({ webhookId: paused, count: 3 });
  await owe({ webhookId: paused, count: 4, orderKey: KEY });
  await owe({ webhookId: await webhookThatIs('circuit_opened_at = now()'), count: 5 });
  await owe({ webhookId: await webhookThatIs(), count: 6, orderKey: KEY });
  await owe({ webhookId: await webhookThatIs(), count: 1, orderKey: KEY });
  await owe({ webhookId: 1, count: 8 });
  await owe({ webhookId: await webhookThatIs('deleted_at = now(), enabled = false'), count: 9 });
  expect(await count()).toEqual({ disabled: 2, paused: 7, circuit_open: 5, ordered: 7, unparking: 17 });
});

it('a reason with very many deliveries is counted up to the limit, and hides no other', async () => {
  const paused = await webhookThatIs('paused_at = now()');
  await owe({ webhookId: paused, count: 80 });
  await owe({ webhookId: paused, count: 80, orderKey: KEY });
  await owe({ webhookId: await webhookThatIs('paused_at = now()'), count: 500 });
  await owe({ webhookId: await webhookThatIs(), count: 500, orderKey: KEY });
  await owe({ webhookId: await webhookThatIs('enabled = false'), count: 2 });
  expect(await count({ deliveries: 100, webhooks: 100 })).toEqual({ ...NONE, paused: 100, ordered: 100, disabled: 2 });
});

it('the webhooks beyond the limit are not looked at', async () => {
  for (let made = 0; made < 5; made++) await owe({ webhookId: await webhookThatIs('paused_at = now()') });
  expect(await count({ deliveries: 100, webhooks: 3 })).toEqual({ ...NONE, paused: 3 });
});

it('dead letters are counted up to the limit', async () => {
  expect(await countDeadLetters(kit.pool, 10)).toBe(0);
  await die(7);
  expect(await countDeadLetters(kit.pool, 10)).toBe(7);
  await die(7);
  expect(await countDeadLetters(kit.pool, 10)).toBe(10);
});

it.each([
  ['has never analyzed', async () => undefined],
  ['found empty when it analyzed', () => kit.sql('vacuum analyze deliveries, dead_letters')],
])('a count reads pages by its limits and not by what is parked, in tables that PostgreSQL %s', async (_name, know) => {
  await kit.sql('alter table deliveries set (autovacuum_enabled = off)');
  await kit.sql('alter table dead_letters set (autovacuum_enabled = off)');
  await know();
  const paused = await webhookThatIs('paused_at = now()');
  const ordered = await webhookThatIs();
  await owe({ webhookId: paused, count: 30_000 });
  await owe({ webhookId: 1, count: 30_000, due: `now() + interval '1 hour'`, orderKey: KEY });
  await owe({ webhookId: ordered, count: 30_000, orderKey: `'${'0'.repeat(8)}-0000-4000-8000-000000000000'` });
  await owe({ webhookId: 1, count: 30_000, due: 'now()' });
  await die(30_000);
  const { all } = await touchedBy(kit.pool, async () => {
    expect(await count({ deliveries: 100, webhooks: 10 })).toEqual({ ...NONE, paused: 100, ordered: 100 });
    expect(await countDeadLetters(kit.pool, 100)).toBe(100);
  });
  // It reads 50 pages. Without the limits of the ordered deliveries it would read 563.
  expect(all).toBeLessThan(150);
});

it('the watch counts at once, continues after failed counts, and logs them once', async () => {
  const logger = makeTestLogger();
  const seen: Stalled[] = [];
  await kit.sql('alter table deliveries rename to away');
  const before = kit.pool.statements();
  const watch = watchStalled({ pool: kit.pool, logger, onStalled: (stalled) => seen.push(stalled), everyMs: 10 });
  await eventually(async () => kit.pool.statements() > before + 5, { what: 'counts that fail' });
  expect(seen).toEqual([]);
  await kit.sql('alter table away rename to deliveries');
  await die(2);
  await eventually(async () => seen.length > 0, { what: 'a count that succeeds' });
  await watch.stop();
  expect(logger.lines.map(({ name }) => name)).toEqual(['parked.count_failed', 'loop.recovered']);
  expect(seen.at(-1)).toMatchObject({ parked: new Map(Object.entries(NONE)) });
});
