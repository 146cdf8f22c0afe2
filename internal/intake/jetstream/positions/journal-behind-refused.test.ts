import { expect, it } from '@jest/globals';
import type { Degradation } from '../../../domain/streams/degradation.js';
import { openLedger } from '../../../testkit/account.js';
import { eventually } from '../../../testkit/eventually.js';
import { readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

it('a consumer that may not be deleted is not read further while the database lacks messages, and the other ones are', async () => {
  const deny = '"$JS.API.CONSUMER.DELETE.HUKZ.hukz"';
  await kit.serve(`no_auth_user: all
    authorization { users: [
      { user: hukz, password: hukz, permissions: { publish: { deny: [${deny}] } } }, { user: all, password: all }
    ] }`);
  await kit.stream('ORDERS');
  const app = await kit.start({ HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'hukz' });
  await app.api.webhook(kit.receiver.url, [await app.api.event('a.b'), await app.api.event('orders.made')]);
  await kit.publish('a.b', 20);
  await kit.receiver.waitFor(20, 20_000);
  const ledger = await openLedger(kit.database);
  try {
    const isKept = async () =>
      (await ledger.query("select from stream_positions where stream = 'HUKZ' and acknowledged = 20")).length === 1;
    await eventually(isKept, { what: 'the position', timeoutMs: 20_000 });
    await ledger.query(`
      begin;
      delete from messages where hukz_sequence_of(id) > 10;
      update stream_positions set acknowledged = 10, passed = 10, deliveries = 10 where stream = 'HUKZ';
      commit`);
    const behind = async () => {
      const degraded: readonly Degradation[] = (await readinessOf(app)).degraded;
      return degraded.find(({ reason }) => reason === 'journal_behind');
    };
    await eventually(async () => (await behind()) !== undefined, { what: 'the degradation', timeoutMs: 30_000 });
    expect((await behind())?.problem).toContain('$JS.API.CONSUMER.>');
    await kit.publish('orders.made', 5, 100);
    await kit.receiver.waitFor(25, 20_000);
    expect((await readinessOf(app)).status).toBe(200);
    // The operator deletes the consumer in place of hukz.
    await kit.jsm.consumers.delete('HUKZ', 'hukz');
    await kit.receiver.waitFor(35, 60_000);
    await eventually(async () => (await behind()) === undefined, { what: 'the end of it', timeoutMs: 20_000 });
  } finally {
    await ledger.close();
  }
}, 150_000);
