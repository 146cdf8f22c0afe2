import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import type { TestApp } from '../../../testkit/kits/test-app.js';
import { logged, metric, upTo, useStreamKit } from '../../../testkit/kits/use-stream-kit.js';

const kit = useStreamKit();

/**
 * Acts like a restore: the tables have the state with that many messages in the journal, and their rows are written
 * again.
 */
const restoreTo = async (messages: number, floor: number) => {
  const later = `hukz_sequence_of(message_id) > ${messages}`;
  await kit.ledger.query(`
    begin;
    delete from messages where hukz_sequence_of(id) > ${messages};
    delete from deliveries where ${later};
    delete from webhook_logs where ${later};
    update stream_positions set acknowledged = ${floor}, passed = ${messages}, deliveries = ${messages};
    commit`);
};

const register = async (subject = 'a.b') => {
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event(subject)]);
  return app;
};

const settled = () =>
  eventually(async () => (await kit.ledger.query('select from deliveries')).length === 0, { what: 'all settled' });

/** `webhook-id` by the number of the message. */
const idsOf = (requests: typeof kit.receiver.requests) =>
  new Map(requests.map(({ body, headers }) => [JSON.parse(String(body)).payload.n, headers['webhook-id']]));

const wentBack = async (apps: readonly TestApp[]) => {
  const counts = await Promise.all(apps.map((app) => metric(app, 'hukz_journal_went_back_total')));
  return { count: counts.reduce((a, b) => a + b, 0), lines: apps.flatMap((app) => logged(app, 'journal.went_back')) };
};

describe('after a restore', () => {
  it('the stream is read again from where the database knows, once, and everything keeps its webhook-id', async () => {
    await register();
    await kit.publish('a.b', 0, 100);
    await kit.receiver.waitFor(100, 20_000);
    await settled();
    await kit.acknowledged();
    await kit.stop();
    const before = idsOf(kit.receiver.requests.slice());
    await restoreTo(60, 55);
    await kit.publish('a.b', 100, 110);
    const apps = await Promise.all([kit.start(), kit.start()]);
    await kit.receiver.waitFor(150, 20_000);
    await kit.acknowledged();
    await settled();
    expect(kit.numbers()).toEqual([...upTo(110), ...upTo(100).slice(60)].sort((a, b) => a - b));
    const after = idsOf(kit.receiver.requests.slice(100));
    for (const [n, id] of after) if (n < 100) expect(id).toBe(before.get(n));
    expect(await wentBack(apps)).toMatchObject({
      count: 1,
      lines: [{ level: 'warn', fields: { from: 56, to: 100, messages: 45, stream: 'HUKZ' } }],
    });
    expect((await kit.ledger.account()).accepted).toBe(110);
  });

  it('of an operator’s stream, of which hukz reads one subject', async () => {
    await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
    await register('order.made');
    for (let n = 0; n < 30; n++) {
      await kit.publish('order.other', 1000 + n, 1001 + n);
      await kit.publish('order.made', n, n + 1);
    }
    await kit.receiver.waitFor(30, 20_000);
    await settled();
    const [consumer] = await kit.jsm.consumers.list('ORDERS').next();
    await kit.acknowledged('ORDERS', consumer?.name);
    await kit.stop();
    await restoreTo(40, 40);
    const app = await kit.start();
    await kit.receiver.waitFor(40, 20_000);
    expect(kit.numbers()).toEqual([...upTo(30), ...upTo(30).slice(20)].sort((a, b) => a - b));
    expect(await wentBack([app])).toMatchObject({ count: 1 });
  });
});

it('messages that have left the stream since the backup are logged, though nothing can be read again', async () => {
  await register();
  await kit.publish('a.b', 0, 40);
  await kit.receiver.waitFor(40, 20_000);
  await settled();
  await kit.acknowledged();
  await kit.stop();
  await restoreTo(30, 25);
  await kit.jsm.streams.purge('HUKZ');
  const app = await kit.start();
  const told = logged(app, 'journal.not_compared');
  expect(told).toMatchObject([{ level: 'warn', fields: { stream: 'HUKZ', from: 26, to: 40 } }]);
  expect((await wentBack([app])).count).toBe(0);
});

describe('while it runs', () => {
  it('a database that went back is noticed within seconds, by one of two instances', async () => {
    const one = await register();
    const other = await kit.start();
    await kit.publish('a.b', 0, 50);
    await kit.receiver.waitFor(50, 20_000);
    await settled();
    await kit.acknowledged();
    await restoreTo(30, 25);
    await kit.receiver.waitFor(70, 30_000);
    await kit.publish('a.b', 50, 60);
    await kit.receiver.waitFor(80, 30_000);
    expect(kit.numbers()).toEqual([...upTo(60), ...upTo(50).slice(30)].sort((a, b) => a - b));
    expect(await wentBack([one, other])).toMatchObject({ count: 1 });
    for (const app of [one, other]) {
      if (logged(app, 'journal.went_back').length > 0) expect(logged(app, 'stream.consumer_lost')).toEqual([]);
    }
  }, 90_000);
});

describe('a position that lags behind and a journal that has everything', () => {
  const lag = async () => {
    await kit.acknowledged();
    await settled();
    await kit.stop();
    await kit.ledger.query('update stream_positions set acknowledged = 5, passed = 5, deliveries = 5');
    const app = await kit.start();
    await kit.publish('a.b', 50, 51);
    await eventually(async () => (await kit.jsm.consumers.info('HUKZ', 'hukz')).num_pending === 0, {
      what: 'all read',
    });
    return app;
  };

  it('reads nothing again, and the position is kept from then on', async () => {
    await register();
    await kit.publish('a.b', 0, 50);
    await kit.receiver.waitFor(50, 20_000);
    const app = await lag();
    await kit.receiver.waitFor(51, 20_000);
    expect([await metric(app, 'hukz_messages_duplicate_total'), (await wentBack([app])).count]).toEqual([0, 0]);
    await kit.acknowledged();
    await eventually(
      async () => {
        const [row] = await kit.ledger.query<{ acknowledged: string }>('select acknowledged from stream_positions');
        return row?.acknowledged === '51';
      },
      { what: 'the position', timeoutMs: 15_000 },
    );
  });

  it('nor for messages of an event that was deleted since', async () => {
    const app = await register('a.>');
    await kit.publish('a.b', 0, 40);
    await kit.receiver.waitFor(40, 20_000);
    const extra = await app.api.event('c.d');
    await kit.publish('c.d', 40, 50);
    await kit.acknowledged();
    await app.api.delete(`/events/${extra}`);
    await kit.ledger.query('delete from messages where subject = $1', ['c.d']);
    const again = await lag();
    expect([await metric(again, 'hukz_messages_duplicate_total'), (await wentBack([again])).count]).toEqual([0, 0]);
  });
});
