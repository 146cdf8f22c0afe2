import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import { makeDeliveryIds } from '../../domain/delivery/delivery-id.js';
import type { ReplayRequest } from '../../domain/delivery/replay.js';
import { makeFiringRules } from '../../domain/matching/firing-rules.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../testkit/kits/test-journal.js';
import { countReplay } from './count.js';
import { type ReplayPace, stepReplays } from './step.js';

const HOUR = 3_600_000;
const RULES = makeFiringRules({ allowAll: false });
const fast: ReplayPace = { ratePerSecond: 1000, maxWaiting: 10_000 };
const room = { deliveries: 1000, bytes: 1 << 24, except: [] };

let kit: TestJournal;
beforeEach(async () => {
  kit = await makeTestJournal();
});
afterEach(() => kit.stop());

const end = (delivery: OwnedDelivery, more: Partial<SettledAttempt> = {}) =>
  kit.journal.settle(kit.attempt(delivery, more));
const die = (delivery: OwnedDelivery) =>
  end(delivery, { outcome: 'dead', status: 500, because: 'exhausted', countedFailures: 1 });
const fail = (delivery: OwnedDelivery) =>
  end(delivery, { outcome: 'failed', status: 500, countedFailures: 1, retryInMs: HOUR });

const request = (more: Partial<ReplayRequest> = {}): ReplayRequest => ({
  webhookId: 1,
  outcome: 'dead',
  since: new Date(Date.now() - HOUR),
  until: new Date(Date.now() + HOUR),
  event: undefined,
  ...more,
});
const count = (more: Partial<ReplayRequest> = {}, rules = RULES) =>
  countReplay(kit.pool, { ...request(more), askedAt: new Date(Date.now() + 1000) }, rules);
const step = (pace: ReplayPace, { pool = kit.pool, rules = RULES } = {}) => stepReplays(pool, pace, rules);

/** Creates a replay as the API does, made a moment ago by the database's clock. */
const start = async (more: Partial<ReplayRequest> = {}) => {
  const { webhookId, outcome, since, until, event } = request(more);
  const [row] = await kit.sql<{ id: string }>(
    `insert into replays (created_by_id, webhook_id, outcome, since, until, event, total, created_at)
     values (1, $1, $2, $3, $4, $5, 0, clock_timestamp()) returning id`,
    [webhookId, outcome, since, until, event ?? null],
  );
  return row?.id ?? '';
};
const job = async (id: string) =>
  (
    await kit.sql<Record<string, unknown>>('select state, done, error, finished_at from replays where id = $1', [id])
  )[0];
const atOnce = () => kit.sql(`update replays set next_at = now()`);
/** Steps until there is nothing to do, without waiting for the pace. */
const runToEnd = async (pace = fast) => {
  for (let one = await step(pace); one; one = await step(pace)) await atOnce();
};
const claimed = async () => (await kit.journal.claim(room)).deliveries;

describe('a replay', () => {
  it('turns dead letters into deliveries with their ids and attempts, and without counted failures', async () => {
    const delivery = await kit.owe('{"n":1}');
    await die({ ...delivery, attempts: 0 });
    await kit.sql('update dead_letters set attempts = 4');
    expect(await count()).toBe(1);
    const id = await start();
    await runToEnd();
    expect(await job(id)).toMatchObject({ state: 'done', done: 1, error: null });
    expect(await kit.sql('select 1 from dead_letters')).toEqual([]);
    const [again] = await claimed();
    expect(again).toEqual({ ...delivery, attempts: 4, countedFailures: 0, replay: true });
  });

  it('counts on from the highest attempt that has a log', async () => {
    const delivery = await kit.owe();
    await die(delivery);
    await kit.sql('update webhook_logs set attempt = 9');
    await start();
    await runToEnd();
    expect(await claimed()).toMatchObject([{ id: delivery.id, attempts: 9 }]);
  });

  it('sends what was delivered once more, and not what was not', async () => {
    const [done, dead, waiting] = [await kit.owe(), await kit.owe(), await kit.owe()];
    await end(done as OwnedDelivery);
    await die(dead as OwnedDelivery);
    await fail(waiting as OwnedDelivery);
    expect(await count({ outcome: 'delivered' })).toBe(1);
    await start({ outcome: 'delivered' });
    await runToEnd();
    expect(await claimed()).toMatchObject([{ id: done?.id, attempts: 1, replay: true }]);
    await end({ ...(done as OwnedDelivery), attempts: 1 });
    expect(await count({ outcome: 'delivered' })).toBe(1);
  });

  it('makes due now what failed and waits for its next attempt', async () => {
    const [waiting, parked] = [await kit.owe(), await kit.owe(), await kit.owe()];
    await fail(waiting as OwnedDelivery);
    await kit.journal.park(parked as OwnedDelivery);
    expect(await count({ outcome: 'failed' })).toBe(1);
    await start({ outcome: 'failed' });
    await runToEnd();
    expect(await claimed()).toMatchObject([{ id: waiting?.id, attempts: 1, countedFailures: 1, replay: true }]);
  });

  it('owes a webhook what it never was owed, once, and the message says so', async () => {
    const message = makeTestMessage('{"old":true}');
    await kit.journal.accept({ message, deliveries: [] });
    await kit.owe();
    expect(await count({ outcome: 'missing' })).toBe(1);
    const ids = [await start({ outcome: 'missing' }), await start({ outcome: 'missing' })];
    await runToEnd();
    expect((await Promise.all(ids.map(job))).map((one) => one?.done)).toEqual(expect.arrayContaining([1, 0]));
    const deliveries = await claimed();
    expect(deliveries).toMatchObject([{ attempts: 0, countedFailures: 0, replay: true, message: { id: message.id } }]);
    const [row] = await kit.sql('select owed_to, delivery_ids from messages where id = $1', [message.id]);
    // The delivery is as if it had been owed when the message came, in SQL as in the service.
    expect(row).toEqual({ owed_to: [1], delivery_ids: [makeDeliveryIds()(message.id, 1)] });
    expect(deliveries[0]?.id).toBe(makeDeliveryIds()(message.id, 1));
    expect(await count({ outcome: 'missing' })).toBe(0);
  });

  it('judges what a webhook missed as a fresh message is judged, routing headers included', async () => {
    const accept = (headers: (readonly [string, string])[], subject = 'tag.created') =>
      kit.journal.accept({ message: { ...makeTestMessage(), subject, headers }, deliveries: [] });
    await accept([['Hukz-Space', '8']]);
    await accept([['hukz-tag', 'app:other']]);
    await accept([['Hukz-Tag', 'malformed']]);
    await accept([], 'tag.deleted');
    expect(await count({ outcome: 'missing' })).toBe(0);
    await accept([
      ['Hukz-Space', '7'],
      ['Hukz-Tag', 'app:x'],
      ['Trace', 'é'],
    ]);
    await accept([]);
    expect(await count({ outcome: 'missing' })).toBe(2);
    await kit.sql(`update events set event = 'tag.*'`);
    expect(await count({ outcome: 'missing' })).toBe(3);
    expect(await count({ outcome: 'missing', event: 'tag.deleted' })).toBe(1);
  });

  it('takes nothing that a fresh message would not fire today: reserved subjects, and events that are not permitted', async () => {
    const accept = (subject: string) =>
      kit.journal.accept({ message: { ...makeTestMessage(), subject }, deliveries: [] });
    for (const subject of ['$KV.config', '_INBOX.a', 'replies.a', 'tag.created']) await accept(subject);
    await kit.sql(`update events set event = '*.*'`);
    const all = makeFiringRules({ allowAll: true, inboxes: ['_INBOX', 'replies'] });
    expect(await count({ outcome: 'missing' }, all)).toBe(1);
    const listed = makeFiringRules({ allowAll: true, allowed: ['app.>'] });
    expect([await count({ outcome: 'missing' }), await count({ outcome: 'missing' }, listed)]).toEqual([0, 0]);
    const id = await start({ outcome: 'missing' });
    for (let one = await step(fast); one; one = await step(fast)) await atOnce();
    expect([await job(id), await claimed()]).toEqual([expect.objectContaining({ state: 'done', done: 0 }), []]);
  });

  it('owes again what is found nowhere, under the id that its message remembers', async () => {
    const [gone] = [await kit.owe(), await kit.owe()];
    await end(await kit.owe());
    await kit.sql('delete from deliveries where id = $1', [gone.id]);
    expect([await count({ outcome: 'lost' }), await count({ outcome: 'missing' })]).toEqual([1, 0]);
    await start({ outcome: 'lost' });
    await runToEnd();
    expect(await claimed()).toEqual([{ ...gone, replay: true }]);
    expect(await count({ outcome: 'lost' })).toBe(0);
  });

  it('takes a time and a subject, and nothing else', async () => {
    const old = makeTestMessage('{}', Date.now() - 5 * HOUR);
    const id = randomUUID();
    const { owner } = await kit.journal.accept({ message: old, deliveries: [{ id, webhookId: 1, wanted: true }] });
    await die({ id, message: old, webhookId: 1, owner, attempts: 0, countedFailures: 0 });
    await die(await kit.owe());
    const long = { since: new Date(Date.now() - 24 * HOUR) };
    expect([await count(long), await count(), await count({ ...long, until: new Date(Date.now() - HOUR) })]).toEqual([
      2, 1, 1,
    ]);
    expect([await count({ event: 'tag.created' }), await count({ event: 'tag.*' })]).toEqual([1, 0]);
    await expect(count({ webhookId: 2 })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('leaves dead what has no message any more', async () => {
    const delivery = await kit.owe();
    await die(delivery);
    await kit.sql('delete from messages where id = $1', [delivery.message.id]);
    const id = await start();
    await runToEnd();
    expect(await job(id)).toMatchObject({ state: 'done', done: 0 });
    expect(await kit.sql('select 1 from dead_letters')).toHaveLength(1);
  });

  it('does not take up what it has sent itself', async () => {
    const delivery = await kit.owe();
    await end(delivery);
    await start({ outcome: 'delivered' });
    await step({ ...fast, ratePerSecond: 1 });
    const [again] = await claimed();
    await end(again as OwnedDelivery);
    await atOnce();
    await runToEnd();
    expect(await claimed()).toEqual([]);
  });
});

describe('the job of a replay', () => {
  const manyDead = async (number: number) => {
    const all = await Promise.all(Array.from({ length: number }, () => kit.owe()));
    await Promise.all(all.map(die));
    return all;
  };

  it('goes a second’s worth at a time, and no sooner than that second is over', async () => {
    await manyDead(25);
    const id = await start();
    const pace = { ...fast, ratePerSecond: 10 };
    expect(await step(pace)).toMatchObject({ done: 10 });
    expect(await step(pace)).toBeUndefined();
    const [row] = await kit.sql<{ ms: number }>(
      'select extract(epoch from next_at - now())::float8 * 1000 as ms from replays where id = $1',
      [id],
    );
    expect(row?.ms).toBeGreaterThan(500);
    await atOnce();
    expect(await step(pace)).toMatchObject({ done: 10 });
    await atOnce();
    expect(await step(pace)).toMatchObject({ done: 5, ended: 'done' });
    expect(await job(id)).toMatchObject({ state: 'done', done: 25 });
  });

  it('shares the rate with every other job', async () => {
    await manyDead(3);
    await start();
    await start();
    const pace = { ...fast, ratePerSecond: 2 };
    const steps = await Promise.all([step(pace), step(pace)]);
    expect(steps.filter((step) => step !== undefined)).toHaveLength(1);
    expect(await step(pace)).toBeUndefined();
  });

  it('waits while too much of it is due and unsent', async () => {
    await manyDead(6);
    await start();
    const pace = { ratePerSecond: 2, maxWaiting: 4 };
    await runToEnd(pace);
    expect(await kit.sql('select 1 from deliveries where replay')).toHaveLength(4);
    expect(await claimed()).toHaveLength(4);
    await kit.sql('delete from deliveries');
    await runToEnd(pace);
    expect(await kit.sql('select 1 from deliveries where replay')).toHaveLength(2);
  });

  it('continues where it was when the instance dies during a step', async () => {
    await manyDead(5);
    const id = await start();
    const pace = { ...fast, ratePerSecond: 2 };
    await step(pace);
    await atOnce();
    const dying = {
      ...kit.pool,
      transaction: <T>(work: (run: typeof kit.pool.run) => Promise<T>) =>
        kit.pool.transaction(async (run) => {
          await work(run);
          throw new Error('killed before the commit');
        }),
    };
    await expect(step(pace, { pool: dying })).rejects.toThrow('killed');
    expect(await job(id)).toMatchObject({ state: 'running', done: 2 });
    await runToEnd(pace);
    expect(await job(id)).toMatchObject({ state: 'done', done: 5 });
    expect(await claimed()).toHaveLength(5);
  });

  it('ends when its webhook is deleted', async () => {
    await manyDead(1);
    const id = await start();
    await kit.sql('update webhooks set deleted_at = now()');
    await runToEnd();
    expect(await job(id)).toMatchObject({ state: 'cancelled', done: 0, error: 'the webhook was deleted' });
  });

  it('looks at more rows than one step may, and finds the last of them', async () => {
    await kit.sql(`insert into messages (id, received_at, subject, payload)
      select gen_random_uuid(), now() - n * interval '1 ms', case when n % 2500 = 0 then 'tag.created' else 'other' end, '{}'
      from generate_series(1, 5000) n`);
    expect(await count({ outcome: 'missing' })).toBe(2);
    const id = await start({ outcome: 'missing' });
    await runToEnd();
    expect(await job(id)).toMatchObject({ state: 'done', done: 2 });
  });
});
