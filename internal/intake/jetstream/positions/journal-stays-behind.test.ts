import { expect, it } from '@jest/globals';
import type { Degradation } from '../../../domain/streams/degradation.js';
import { eventually } from '../../../testkit/eventually.js';
import type { TestApp } from '../../../testkit/kits/test-app.js';
import { logged, metric, upTo, useStreamKit } from '../../../testkit/kits/use-stream-kit.js';
import { readinessOf } from '../../../testkit/servers/use-configured-nats.js';

const kit = useStreamKit();

/** Restores the tables to the state with 30 messages in the journal. */
const restore = () =>
  kit.ledger.query(`
    begin;
    delete from messages where hukz_sequence_of(id) > 30;
    delete from deliveries where hukz_sequence_of(message_id) > 30;
    delete from webhook_logs where hukz_sequence_of(message_id) > 30;
    update stream_positions set acknowledged = 25, passed = 30, deliveries = 30 where stream = 'HUKZ';
    commit`);

const readFifty = async () => {
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event('a.b')]);
  await kit.publish('a.b', 0, 50);
  await kit.receiver.waitFor(50, 20_000);
  await eventually(async () => (await kit.ledger.query('select from deliveries')).length === 0, {
    what: 'all settled',
  });
  await kit.acknowledged();
  await eventually(
    async () => (await kit.ledger.query('select from stream_positions where acknowledged = 50')).length === 1,
    { what: 'the position', timeoutMs: 15_000 },
  );
  return app;
};

const everythingTwice = [...upTo(50), ...upTo(50).slice(30)].sort((a, b) => a - b);

const isDegraded = async (app: TestApp, reason: string) => {
  const { degraded } = await readinessOf(app);
  return degraded.some((each: Degradation) => each.reason === reason);
};

it('a journal that went back is read again although the first attempt fails', async () => {
  const app = await readFifty();
  // The session locks like an instance that is stuck. The attempt ends with lock_timeout.
  await kit.ledger.query("select pg_advisory_lock(hashtext('hukz'), hashtext('stream'))");
  await restore();
  await eventually(() => isDegraded(app, 'journal_behind'), { what: 'the degradation', timeoutMs: 60_000 });
  await kit.ledger.query('select pg_advisory_unlock_all()');
  await kit.receiver.waitFor(70, 60_000);
  expect(kit.numbers()).toEqual(everythingTwice);
  expect(await metric(app, 'hukz_journal_went_back_total')).toBe(1);
  await eventually(async () => !(await isDegraded(app, 'journal_behind')), { what: 'the end of it' });
}, 150_000);

it('a journal that went back is read again although the other positions cannot be written', async () => {
  await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
  const app = await readFifty();
  await app.api.event('order.made');
  await eventually(async () => (await kit.ledger.query('select from stream_positions')).length === 2, {
    what: 'two rows',
  });
  await kit.ledger.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no positions today'; end $$;
    create trigger refuse before insert or update on stream_positions for each row when (new.stream = 'ORDERS')
      execute function refuse()`);
  kit.nats.publish('order.made', '{"n":1000}');
  await restore();
  await kit.receiver.waitFor(70, 60_000);
  expect(kit.numbers().filter((n) => n < 1000)).toEqual(everythingTwice);
  await eventually(() => isDegraded(app, 'positions_not_kept'), { what: 'the degradation', timeoutMs: 20_000 });
  expect((await app.api.get('/health/ready')).status).toBe(200);
  expect(logged(app, 'stream.positions_not_kept').length).toBeGreaterThan(0);
  await kit.ledger.query('drop trigger refuse on stream_positions');
  await eventually(async () => !(await isDegraded(app, 'positions_not_kept')), { what: 'the end', timeoutMs: 20_000 });
  expect(logged(app, 'stream.positions_kept_again').length).toBeGreaterThan(0);
}, 120_000);
