import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../testkit/eventually.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../testkit/kits/test-journal.js';
import { touchedBy } from '../../testkit/touched-pages.js';
import { cancelMessage } from './cancel-message.js';

const HOUR_MS = 3_600_000;
let kit: TestJournal;

beforeAll(async () => {
  kit = await makeTestJournal();
});
afterAll(() => kit.stop());

/** Accepts a message with this number of deliveries, delayed by an hour. */
async function delay(count: number): Promise<{ readonly messageId: string; readonly ids: readonly string[] }> {
  const message = makeTestMessage();
  const deliveries = Array.from({ length: count }, () => ({ id: randomUUID(), webhookId: 1, wanted: false }));
  await kit.journal.accept({ message, deliveries, dueAt: Date.now() + HOUR_MS });
  return { messageId: message.id, ids: deliveries.map(({ id }) => id) };
}
const owed = async (ids: readonly string[]) =>
  (await kit.sql<{ id: string }>('select id from deliveries where id = any($1::uuid[])', [ids])).map(({ id }) => id);

describe('the cancellation of a message', () => {
  it('ends its delayed deliveries with a log each, once', async () => {
    const { messageId, ids } = await delay(3);
    expect([await cancelMessage(kit, messageId, 'all'), await cancelMessage(kit, messageId, 'all')]).toEqual([3, 0]);
    expect(await owed(ids)).toEqual([]);
    const logs = await kit.sql(
      'select outcome, attempt, event, message_id from webhook_logs where delivery_id = any($1::uuid[])',
      [ids],
    );
    expect(logs).toEqual(
      ids.map(() => ({ outcome: 'cancelled', attempt: 1, event: 'tag.created', message_id: messageId })),
    );
  });

  it.each([
    ['is due', 'due_at = now()'],
    ['is owned', `owner = '00000000-0000-4000-8000-000000000001'`],
    ['is parked', `due_at = 'infinity'`],
    ['waits for its next attempt', 'attempts = 1'],
  ])('leaves a delivery that %s', async (_state, change) => {
    const { messageId, ids } = await delay(2);
    const [kept] = ids;
    await kit.sql(`update deliveries set ${change} where id = $1`, [kept]);
    expect(await cancelMessage(kit, messageId, 'all')).toBe(1);
    expect(await owed(ids)).toEqual([kept]);
  });

  it('knows no message that does not exist', async () => {
    expect(await cancelMessage(kit, randomUUID(), 'all')).toBeUndefined();
  });

  it('reaches the webhooks of the given spaces only', async () => {
    const { messageId, ids } = await delay(1);
    expect([await cancelMessage(kit, messageId, [8, 9]), await owed(ids)]).toEqual([undefined, ids]);
    expect([await cancelMessage(kit, messageId, [7]), await owed(ids)]).toEqual([1, []]);
  });

  it('leaves a delivery to the claim that takes it at the same moment', async () => {
    const { messageId, ids } = await delay(1);
    let cancelling: Promise<number | undefined> | undefined;
    await kit.pool.transaction(async (run) => {
      await run({ text: 'update deliveries set owner = $1 where id = any($2::uuid[])' }, [kit.instance, ids]);
      cancelling = cancelMessage(kit, messageId, 'all');
      const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%message as materialized%'`;
      await eventually(async () => (await kit.sql(waiting)).length > 0, { what: 'the cancellation waits' });
    });
    expect(await cancelling).toBe(0);
    expect(await owed(ids)).toEqual(ids);
  });

  it('reads its own deliveries only, however many others wait', async () => {
    const single = await makeTestJournal(undefined, 1);
    const { message } = await single.owe();
    await single.sql(
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
       select gen_random_uuid(), gen_random_uuid(), now(), 1, 10, now() + interval '1 hour' from generate_series(1, 20000)`,
    );
    const touched = await touchedBy(single.pool, () => cancelMessage(single, message.id, 'all'));
    expect(touched.all).toBeLessThan(200);
    await single.stop();
  });
});
