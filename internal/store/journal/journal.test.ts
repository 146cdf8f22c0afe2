import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../testkit/kits/test-journal.js';
import { acceptBatch } from './accept/accept.js';
import { forgetMessageIds } from './accept/forget-message-ids.js';
import { burySilentInstances, leave } from './claim/instances.js';

let kit: TestJournal;
const room = { deliveries: 100, bytes: 1 << 20, except: [] };

const attempted = (delivery: OwnedDelivery, more: Partial<SettledAttempt> = {}) =>
  kit.attempt(delivery, { durationMs: 12.4, responseBody: Buffer.from('{}'), ...more });
const failed = (delivery: OwnedDelivery, retryInMs: number) =>
  attempted(delivery, {
    outcome: 'failed',
    status: 500,
    error: 'answered 500',
    countedFailures: delivery.countedFailures + 1,
    retryInMs,
  });
const deliveryRow = async (id: string) => {
  const rows = await kit.sql<Record<string, unknown>>(
    'select attempts, failures, owner, due_at <= now() as due, isfinite(due_at) as finite from deliveries where id = $1',
    [id],
  );
  return rows[0];
};
const logsOf = (id: string) =>
  kit.sql<Record<string, unknown>>('select * from webhook_logs where delivery_id = $1 order by attempt, created_at', [
    id,
  ]);

beforeAll(async () => {
  kit = await makeTestJournal();
});
afterAll(() => kit.stop());
beforeEach(() => kit.sql('delete from deliveries'));

describe('accepting', () => {
  it('stores bytes of any kind, with headers, and owes what was matched', async () => {
    const payload = Buffer.from([0, 1, 255, 92, 39, 34]);
    const message = {
      ...makeTestMessage(payload),
      headers: [
        ['X-A', 'é"\\'],
        ['X-A', '\u0000'],
      ] as const,
    };
    const id = randomUUID();
    const accepted = await kit.journal.accept({ message, deliveries: [{ id, webhookId: 1, wanted: true }] });
    expect(accepted).toEqual({ isNew: true, owner: kit.instance, owned: new Set([id]) });
    const [row] = await kit.sql<{ payload: Buffer; headers: Buffer }>('select * from messages where id = $1', [
      message.id,
    ]);
    expect(row?.payload).toEqual(payload);
    expect(JSON.parse(String(row?.headers))).toEqual(message.headers);
    expect(await deliveryRow(id)).toMatchObject({ attempts: 0, owner: kit.instance, due: true });
  });

  it('shares one statement among what arrives together', async () => {
    const before = kit.pool.statements();
    await Promise.all(Array.from({ length: 500 }, () => kit.owe('{"n":1}')));
    expect(kit.pool.statements() - before).toBeLessThanOrEqual(2);
  });

  it('leaves deliveries without an owner if dispatch has no room for them', async () => {
    const id = randomUUID();
    const accepted = await kit.journal.accept({
      message: makeTestMessage(),
      deliveries: [{ id, webhookId: 1, wanted: false }],
    });
    expect(accepted.owned.size).toBe(0);
    expect(await deliveryRow(id)).toMatchObject({ owner: null, due: true });
  });

  it('stores a message that no webhook wants', async () => {
    const message = makeTestMessage('');
    expect(await kit.journal.accept({ message, deliveries: [] })).toMatchObject({ isNew: true });
    expect(await kit.sql('select 1 from messages where id = $1', [message.id])).toHaveLength(1);
  });

  it('inserts nothing for a message that is there already', async () => {
    const message = makeTestMessage();
    await kit.journal.accept({ message, deliveries: [{ id: randomUUID(), webhookId: 1, wanted: true }] });
    const again = randomUUID();
    const second = await kit.journal.accept({ message, deliveries: [{ id: again, webhookId: 1, wanted: true }] });
    expect(second).toMatchObject({ isNew: false, owned: new Set() });
    expect(await deliveryRow(again)).toBeUndefined();
  });

  it.each([
    ['a delivery of ours', true],
    ['no delivery of ours', false],
  ])('recognises its own commit with %s when the reply was lost', async (_, wanted) => {
    const message = makeTestMessage();
    const id = randomUUID();
    let tries = 0;
    const lossy = {
      ...kit.pool,
      run: async <R extends object>(...call: Parameters<typeof kit.pool.run>) => {
        const rows = await kit.pool.run<R>(...call);
        if (call[0].name === 'accept' && tries++ === 0) throw new Error('Connection terminated unexpectedly');
        return rows;
      },
    };
    const persevere: Parameters<typeof acceptBatch>[0]['persevere'] = async (work) => {
      await expect(work.run(false)).rejects.toThrow('terminated');
      return work.run(true);
    };
    const deps = { pool: lossy, persevere, instanceId: () => kit.instance, duplicateWindowMs: 60_000 };
    const [accepted] = await acceptBatch(deps, [{ message, deliveries: [{ id, webhookId: 1, wanted }] }]);
    expect(accepted).toEqual({ isNew: true, owner: kit.instance, owned: new Set(wanted ? [id] : []) });
    expect(await kit.sql('select 1 from deliveries where message_id = $1', [message.id])).toHaveLength(1);
  });

  it('makes the partition of any day on demand', async () => {
    const at = Date.UTC(2019, 4, 5, 6);
    const message = makeTestMessage('{}', at);
    expect(await kit.journal.accept({ message, deliveries: [] })).toMatchObject({ isNew: true });
    const [row] = await kit.sql<{ part: string }>(
      'select tableoid::regclass::text as part from messages where id = $1',
      [message.id],
    );
    expect(row?.part).toBe('messages_20190505');
  });

  it('survives that others make the same partition at the same moment', async () => {
    const at = Date.UTC(2018, 1, 2);
    const [one, two] = [await kit.join(), await kit.join()];
    const journals = [kit.journal, one.journal, two.journal];
    const accepts = journals.map((journal) => journal.accept({ message: makeTestMessage('{}', at), deliveries: [] }));
    expect((await Promise.all(accepts)).map(({ isNew }) => isNew)).toEqual([true, true, true]);
  });

  it('refuses what PostgreSQL can never store, and keeps its neighbours', async () => {
    const poison = { ...makeTestMessage(), subject: 'a\0b' };
    const all = [makeTestMessage(), poison, makeTestMessage(), makeTestMessage()];
    const results = await Promise.all(all.map((message) => kit.journal.accept({ message, deliveries: [] })));
    expect(results.map(({ isNew, refused }) => [isNew, refused !== undefined])).toEqual([
      [true, false],
      [false, true],
      [true, false],
      [true, false],
    ]);
    const [row] = await kit.sql<{ subject: Buffer; payload: Buffer; error: string }>(
      'select * from quarantine where id = $1',
      [poison.id],
    );
    expect([String(row?.subject), String(row?.payload), row?.error]).toEqual([
      'a\0b',
      '{}',
      expect.stringContaining('0x00'),
    ]);
  });

  it('takes a message that waits twice in one batch once', async () => {
    const message = makeTestMessage();
    const ids = [randomUUID(), randomUUID()];
    const both = await Promise.all(
      ids.map((id) => kit.journal.accept({ message, deliveries: [{ id, webhookId: 1, wanted: true }] })),
    );
    expect(both.map(({ isNew }) => isNew)).toEqual([true, false]);
    expect(await kit.sql('select id from deliveries where message_id = $1', [message.id])).toEqual([{ id: ids[0] }]);
  });

  it('takes one message of those published under one Nats-Msg-Id, within the window', async () => {
    const publish = async (id: string) => {
      const message = { ...makeTestMessage(), headers: [['nats-msg-id', id]] as const };
      return (await kit.journal.accept({ message, deliveries: [] })).isNew;
    };
    expect(await Promise.all([publish('a'), publish('a'), publish('b')])).toEqual([true, false, true]);
    expect(await publish('a')).toBe(false);
    await kit.sql(`update message_ids set seen_at = now() - interval '2 min'`);
    expect(await publish('a')).toBe(true);
    expect(await publish('a')).toBe(false);
    await kit.sql(`update message_ids set seen_at = now() - interval '2 min' where seen_at < now()`);
    await forgetMessageIds(kit.pool, 60_000);
    expect(await kit.sql('select 1 from message_ids')).toEqual([]);
  });

  it('takes a message under a Nats-Msg-Id that another subject has used, in one batch and later', async () => {
    const publish = async (subject: string, id = '4711') => {
      const message = { ...makeTestMessage(), subject, headers: [['Nats-Msg-Id', id]] as const };
      return (await kit.journal.accept({ message, deliveries: [] })).isNew;
    };
    const batch = ['orders.created', 'billing.created', 'orders.created'].map((subject) => publish(subject));
    expect(await Promise.all(batch)).toEqual([true, true, false]);
    expect(await publish('shipping.created')).toBe(true);
    expect(await publish('billing.created')).toBe(false);
    // The two parts of the key must stay distinguishable.
    expect(await publish('a.b', 'c')).toBe(true);
    expect(await publish('a', '.bc')).toBe(true);
    // A NATS server treats an empty id as no id.
    expect([await publish('empty.id', ''), await publish('empty.id', '')]).toEqual([true, true]);
  });

  it('takes what a stream took as new under one Nats-Msg-Id, and refuses what the other intake mode has taken', async () => {
    const publish = async (id: string, isOfStream: boolean, message = makeTestMessage()) => {
      const marked = { ...message, headers: [['Nats-Msg-Id', id]] as const };
      return (await kit.journal.accept({ message: marked, deliveries: [], isOfStream })).isNew;
    };
    const first = makeTestMessage();
    // A stream with a shorter window than ours accepted both.
    expect(await Promise.all([publish('s', true, first), publish('s', true)])).toEqual([true, true]);
    expect(await publish('s', true)).toBe(true);
    expect(await publish('s', true, first)).toBe(false);
    expect(await publish('s', false)).toBe(false);
    expect(await publish('t', false)).toBe(true);
    expect(await publish('t', true)).toBe(false);
  });

  it('owns nothing once the instance was declared dead', async () => {
    const dead = await kit.join();
    await kit.sql('delete from instances where id = $1', [dead.instance]);
    const id = randomUUID();
    const accepted = await dead.journal.accept({
      message: makeTestMessage(),
      deliveries: [{ id, webhookId: 1, wanted: true }],
    });
    expect(accepted).toMatchObject({ isNew: true, owned: new Set() });
    expect(await deliveryRow(id)).toMatchObject({ owner: null });
  });
});

describe('settling', () => {
  it('writes the log row and lets go of what was delivered', async () => {
    const delivery = await kit.owe();
    await kit.journal.settle(attempted(delivery));
    expect(await deliveryRow(delivery.id)).toBeUndefined();
    expect(await logsOf(delivery.id)).toMatchObject([
      {
        attempt: 1,
        outcome: 'delivered',
        response_status_code: 200,
        response_body: '{}',
        url: 'https://receiver.example/',
        tags: { app: 'x' },
        event: 'tag.created',
        created_by_id: '1',
        space_id: '7',
        webhook_id: 1,
        duration_ms: 12,
        error: null,
        message_id: delivery.message.id,
        received_at: new Date(delivery.message.receivedAt),
        next_attempt_at: null,
      },
    ]);
  });

  it('reschedules by the clock of the database', async () => {
    const delivery = await kit.owe();
    await kit.journal.settle(failed(delivery, 3_600_000));
    expect(await deliveryRow(delivery.id)).toMatchObject({ attempts: 1, failures: 1, owner: null, due: false });
    const [row] = await kit.sql<{ same: boolean }>(
      `select d.due_at = l.next_attempt_at and abs(extract(epoch from d.due_at - now()) - 3600) < 5 as same
       from deliveries d join webhook_logs l on l.delivery_id = d.id where d.id = $1`,
      [delivery.id],
    );
    expect(row?.same).toBe(true);
  });

  it('gives each delivery of a batch its own time and count, whatever became of its neighbours', async () => {
    const owed: OwnedDelivery[] = [];
    for (let n = 0; n < 9; n++) owed.push(await kit.owe());
    const attempts = owed.map((delivery, n) =>
      n % 3 === 1 ? attempted(delivery) : { ...failed(delivery, 60_000 * (n + 1)), countedFailures: n },
    );
    await Promise.all(attempts.map((attempt) => kit.journal.settle(attempt)));
    const rows = await kit.sql(
      `select d.id, d.attempts, d.failures, d.due_at = l.next_attempt_at as same,
         round(extract(epoch from d.due_at - now()) / 60)::int as minutes
       from deliveries d join webhook_logs l on l.delivery_id = d.id where d.id = any($1::uuid[])`,
      [owed.map(({ id }) => id)],
    );
    const expected = owed.flatMap(({ id }, n) =>
      n % 3 === 1 ? [] : [{ id, attempts: 1, failures: n, same: true, minutes: n + 1 }],
    );
    expect(rows).toHaveLength(expected.length);
    expect(rows).toEqual(expect.arrayContaining(expected));
  });

  it('buries what was given up, with the reason', async () => {
    const delivery = await kit.owe();
    await kit.journal.settle(
      attempted(delivery, { outcome: 'dead', status: 500, because: 'exhausted', countedFailures: 1 }),
    );
    expect(await deliveryRow(delivery.id)).toBeUndefined();
    expect(
      await kit.sql('select because, attempts, webhook_id from dead_letters where id = $1', [delivery.id]),
    ).toEqual([{ because: 'exhausted', attempts: 1, webhook_id: 1 }]);
  });

  it('may be repeated', async () => {
    const delivery = await kit.owe();
    const attempt = attempted(delivery, { outcome: 'dead', status: 410, because: 'gone' });
    await kit.journal.settle(attempt);
    await kit.journal.settle(attempt);
    expect(await logsOf(delivery.id)).toHaveLength(1);
    expect(await kit.sql('select 1 from dead_letters where id = $1', [delivery.id])).toHaveLength(1);
  });

  it('adds its log row but changes nothing when the delivery belongs to another by now', async () => {
    const delivery = await kit.owe();
    const other = await kit.join();
    await kit.sql('update deliveries set owner = $1 where id = $2', [other.instance, delivery.id]);
    await kit.journal.settle(attempted(delivery));
    expect(await deliveryRow(delivery.id)).toMatchObject({ owner: other.instance, attempts: 0 });
    expect(await logsOf(delivery.id)).toHaveLength(1);
  });

  it('stores answers of any bytes as text', async () => {
    const delivery = await kit.owe();
    await kit.journal.settle(attempted(delivery, { responseBody: Buffer.from([0x61, 0, 0xff, 0x62]) }));
    expect(await logsOf(delivery.id)).toMatchObject([{ response_body: 'a\uFFFD\uFFFDb' }]);
  });
});

describe('settling twice', () => {
  it('after a lost reply changes nothing once we have claimed the delivery again', async () => {
    const delivery = await kit.owe();
    await kit.journal.settle(failed(delivery, 0));
    const { deliveries } = await kit.journal.claim(room);
    expect(deliveries).toMatchObject([{ id: delivery.id, attempts: 1 }]);
    await kit.journal.settle(failed(delivery, 60_000));
    expect(await deliveryRow(delivery.id)).toMatchObject({ owner: kit.instance, attempts: 1 });
  });

  it('by an attempt from before our death does not bury what was delivered since', async () => {
    const delivery = await kit.owe();
    const stale = { ...delivery, owner: randomUUID() };
    await Promise.all([
      kit.journal.settle(attempted(stale, { outcome: 'dead', because: 'exhausted' })),
      kit.journal.settle(attempted(delivery)),
    ]);
    expect(await kit.sql('select 1 from dead_letters where id = $1', [delivery.id])).toEqual([]);
  });

  it('by an attempt from before our death does not say when the next one is', async () => {
    const delivery = await kit.owe();
    const stale = { ...delivery, owner: randomUUID() };
    await Promise.all([
      kit.journal.settle({ ...failed(stale, 3_600_000), countedFailures: 9 }),
      kit.journal.settle(failed(delivery, 0)),
    ]);
    expect(await deliveryRow(delivery.id)).toMatchObject({ attempts: 1, failures: 1, owner: null, due: true });
  });
});

describe('claiming', () => {
  it('claims deliveries that are due and not owned, with their messages, once', async () => {
    const delivery = await kit.owe('{"big":12345678901234567890}');
    await kit.journal.settle(failed(delivery, 0));
    const [first, second] = await Promise.all([kit.journal.claim(room), (await kit.join()).journal.claim(room)]);
    const claimed = [...first.deliveries, ...second.deliveries];
    expect(claimed).toMatchObject([{ id: delivery.id, attempts: 1, countedFailures: 1, webhookId: 1 }]);
    expect(claimed[0]?.message).toEqual(delivery.message);
  });

  it('brings back the bytes that were taken in, whatever they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const delivery = await kit.owe(bytes);
    await kit.journal.settle(failed(delivery, 0));
    const { deliveries } = await kit.journal.claim(room);
    expect(Buffer.from(deliveries[0]?.message.payload ?? []).equals(bytes)).toBe(true);
    expect(deliveries[0]?.message.body).toEqual(delivery.message.body);
  });

  it('leaves deliveries that are not due, parked, or owned by another instance', async () => {
    const [later, parked] = [await kit.owe(), await kit.owe(), await kit.owe()];
    await kit.journal.settle(failed(later as OwnedDelivery, 60_000));
    await kit.journal.park(parked as OwnedDelivery);
    expect((await kit.journal.claim(room)).deliveries).toEqual([]);
  });

  it('takes the oldest first, as far as number and bytes allow, and not of full lanes', async () => {
    const deliveries: OwnedDelivery[] = [];
    for (let n = 0; n < 4; n++) deliveries.push(await kit.owe());
    for (const [index, delivery] of deliveries.entries()) {
      await kit.sql(`update deliveries set owner = null, due_at = now() - $2 * interval '1 s' where id = $1`, [
        delivery.id,
        10 - index,
      ]);
    }
    const size = deliveries[0]?.message.body.length ?? 0;
    const ids = async (some: object) =>
      (await kit.journal.claim({ ...room, ...some })).deliveries.map(({ id }) => id).sort();
    const wanted = (from: number, to: number) =>
      deliveries
        .slice(from, to)
        .map(({ id }) => id)
        .sort();
    expect(await ids({ except: [1] })).toEqual([]);
    expect(await ids({ deliveries: 1 })).toEqual(wanted(0, 1));
    expect(await ids({ bytes: size + 1 })).toEqual(wanted(1, 3));
    expect(await ids({})).toEqual(wanted(3, 4));
  });

  it('gives nothing to an instance that was declared dead', async () => {
    const delivery = await kit.owe();
    await kit.journal.unclaim([delivery]);
    const dead = await kit.join();
    await kit.sql('delete from instances where id = $1', [dead.instance]);
    expect((await dead.journal.claim(room)).deliveries).toEqual([]);
  });

  it('buries a delivery whose message is gone', async () => {
    const delivery = await kit.owe();
    await kit.journal.unclaim([delivery]);
    await kit.sql('delete from messages where id = $1', [delivery.message.id]);
    expect(await kit.journal.claim(room)).toEqual({ deliveries: [], lost: 1 });
    expect(await kit.sql('select because from dead_letters where id = $1', [delivery.id])).toEqual([
      { because: 'message_lost' },
    ]);
  });

  it('stays an index scan with many deliveries waiting', async () => {
    await kit.sql(`insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
                   select gen_random_uuid(), gen_random_uuid(), now(), 1, 10, now() + n * interval '1 s' from generate_series(1, 20000) n`);
    await kit.sql('analyze deliveries');
    const plan = await kit.sql<Record<string, string>>(
      'explain select id from deliveries where owner is null and due_at <= now() order by due_at limit 100 for update skip locked',
    );
    expect(JSON.stringify(plan)).toContain('Index Scan using deliveries_due');
  });
});

describe('deliveries that were not sent', () => {
  it('are parked while a webhook is disabled, and due when it is enabled again', async () => {
    const delivery = await kit.owe();
    await kit.sql('update webhooks set enabled = false');
    await kit.journal.park(delivery);
    expect(await deliveryRow(delivery.id)).toMatchObject({ owner: null, finite: false });
    expect(await kit.journal.unpark(10)).toBe(0);
    await kit.sql('update webhooks set enabled = true');
    expect(await kit.journal.unpark(10)).toBe(1);
    expect(await deliveryRow(delivery.id)).toMatchObject({ due: true });
  });

  it('are cancelled with a log row when their webhook was deleted', async () => {
    const delivery = await kit.owe();
    await kit.journal.cancel(delivery);
    expect(await deliveryRow(delivery.id)).toBeUndefined();
    expect(await logsOf(delivery.id)).toMatchObject([
      { outcome: 'cancelled', attempt: 1, error: 'the webhook was deleted', response_status_code: null },
    ]);
  });

  it('are cancelled however long ago their webhook was deleted', async () => {
    const delivery = await kit.owe();
    await kit.journal.park(delivery);
    await kit.sql(`update webhooks set deleted_at = now() - interval '9 days' where id = 1`);
    expect(await kit.journal.unpark(10)).toBe(1);
    await kit.sql(`update webhooks set deleted_at = null where id = 1`);
  });

  it('are set free when a claim was committed whose answer was lost', async () => {
    const [known, stray] = [await kit.owe(), await kit.owe()];
    expect(await kit.journal.unclaimStrays((id) => id === known?.id)).toBe(1);
    expect(await deliveryRow(stray?.id ?? '')).toMatchObject({ owner: null, due: true });
    expect(await deliveryRow(known?.id ?? '')).toMatchObject({ owner: kit.instance });
  });

  it('are not mistaken for strays while they are being accepted', async () => {
    const residents = new Set<string>();
    const busy = kit.sql('select pg_sleep(0.05)');
    const looking = kit.journal.unclaimStrays((id) => residents.has(id));
    const id = randomUUID();
    residents.add(id);
    await kit.journal.accept({ message: makeTestMessage(), deliveries: [{ id, webhookId: 1, wanted: true }] });
    await Promise.all([busy, looking]);
    expect(await deliveryRow(id)).toMatchObject({ owner: kit.instance });
  });
});

describe('an instance', () => {
  it('that goes silent loses its deliveries, and a log row says that a request may have been sent', async () => {
    const dying = await kit.join();
    const message = makeTestMessage();
    const id = randomUUID();
    await dying.journal.accept({ message, deliveries: [{ id, webhookId: 1, wanted: true }] });
    await kit.sql(`update instances set seen_at = now() - interval '31 s' where id = $1`, [dying.instance]);
    expect(await burySilentInstances(kit.pool, 30_000)).toEqual({ instances: [dying.instance], freed: 1 });
    expect(await deliveryRow(id)).toMatchObject({ owner: null, due: true, attempts: 1, failures: 0 });
    expect(await logsOf(id)).toMatchObject([{ outcome: 'interrupted', attempt: 1, event: 'tag.created' }]);
    const { deliveries } = await kit.journal.claim(room);
    await kit.journal.settle(attempted(deliveries[0] as OwnedDelivery));
    expect((await logsOf(id)).map((row) => [row.attempt, row.outcome])).toEqual([
      [1, 'interrupted'],
      [2, 'delivered'],
    ]);
  });

  it('that went silent before the clock was set back loses its deliveries too', async () => {
    const dying = await kit.join();
    await kit.sql(`update instances set seen_at = now() + interval '31 s' where id = $1`, [dying.instance]);
    expect(await burySilentInstances(kit.pool, 30_000)).toEqual({ instances: [dying.instance], freed: 0 });
  });

  it('does not bury itself, however long its own look took', async () => {
    const [slow, dying] = [await kit.join(), await kit.join()];
    await kit.sql(`update instances set seen_at = now() - interval '31 s' where id = any($1)`, [
      [slow.instance, dying.instance],
    ]);
    expect(await burySilentInstances(kit.pool, 30_000, slow.instance)).toMatchObject({ instances: [dying.instance] });
    await leave(kit.pool, slow.instance);
  });

  it('is buried only after its last accept, and then entirely', async () => {
    const dying = await kit.join();
    await kit.sql(`update instances set seen_at = now() - interval '1 h' where id = $1`, [dying.instance]);
    const messages = Array.from({ length: 200 }, () => makeTestMessage());
    const accepts = Promise.all(
      messages.map((message) =>
        dying.journal.accept({ message, deliveries: [{ id: randomUUID(), webhookId: 1, wanted: true }] }),
      ),
    );
    await Promise.all([accepts, burySilentInstances(kit.pool, 30_000)]);
    await burySilentInstances(kit.pool, 30_000);
    expect(await kit.sql('select 1 from deliveries where owner = $1', [dying.instance])).toEqual([]);
    expect(await kit.sql('select 1 from deliveries where owner is null')).toHaveLength(200);
  });

  it('that leaves unclaims everything at once', async () => {
    const leaving = await kit.join();
    const id = randomUUID();
    await leaving.journal.accept({ message: makeTestMessage(), deliveries: [{ id, webhookId: 1, wanted: true }] });
    await leave(kit.pool, leaving.instance);
    expect(await deliveryRow(id)).toMatchObject({ owner: null, due: true, attempts: 0 });
    expect(await logsOf(id)).toEqual([]);
  });
});
