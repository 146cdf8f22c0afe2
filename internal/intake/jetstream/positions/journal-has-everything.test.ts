import { expect, it } from '@jest/globals';
import { headers } from 'nats';
import { eventually } from '../../../testkit/eventually.js';
import { metric, upTo, useStreamKit } from '../../../testkit/kits/use-stream-kit.js';

const kit = useStreamKit();
const UNSTORED = { HUKZ_STORE_UNMATCHED: 'false' };

const settled = () =>
  eventually(async () => (await kit.ledger.query('select from deliveries')).length === 0, { what: 'all settled' });

const setBack = () => kit.ledger.query('update stream_positions set acknowledged = 5, passed = 5, deliveries = 5');

/** The position is stored again once the comparison is over. */
const compared = (acknowledged: number) =>
  eventually(
    async () =>
      (await kit.ledger.query('select from stream_positions where acknowledged >= $1', [acknowledged])).length === 1,
    { what: 'the comparison', timeoutMs: 20_000 },
  );

it('with STORE_UNMATCHED=false a webhook that is made later gets nothing from before its time', async () => {
  const app = await kit.start(UNSTORED);
  const event = await app.api.event('a.b');
  await kit.publish('a.b', 0, 20);
  await compared(20);
  await app.api.webhook(kit.receiver.url, [event]);
  await kit.stop();
  await setBack();
  const again = await kit.start(UNSTORED);
  await compared(20);
  await kit.publish('a.b', 20, 21);
  await kit.receiver.waitFor(1, 20_000);
  expect(kit.numbers()).toEqual([20]);
  expect(await metric(again, 'hukz_journal_went_back_total')).toBe(0);
});

it('with STORE_UNMATCHED=false a webhook that was there before gets what a restored database lacks', async () => {
  const app = await kit.start(UNSTORED);
  await app.api.webhook(kit.receiver.url, [await app.api.event('a.b')]);
  await kit.publish('a.b', 0, 20);
  await kit.receiver.waitFor(20, 20_000);
  await settled();
  await kit.stop();
  await setBack();
  await kit.ledger.query('delete from messages where hukz_sequence_of(id) > 10');
  await kit.ledger.query('delete from webhook_logs where hukz_sequence_of(message_id) > 10');
  await kit.start(UNSTORED);
  await kit.receiver.waitFor(30, 20_000);
  expect(kit.numbers()).toEqual([...upTo(20), ...upTo(20).slice(10)].sort((a, b) => a - b));
});

it('a message that was dropped as a duplicate of one that core NATS gave is not missing', async () => {
  const publish = async (n: number) => {
    const own = headers();
    own.set('Nats-Msg-Id', `m${n}`);
    kit.nats.publish('a.b', JSON.stringify({ n }), { headers: own });
    await kit.nats.flush();
  };
  const core = await kit.start({ HUKZ_INTAKE: 'core' });
  await core.api.webhook(kit.receiver.url, [await core.api.event('a.b')]);
  for (const n of upTo(10)) await publish(n);
  await kit.receiver.waitFor(10, 20_000);
  await kit.stop();
  await kit.start();
  for (const n of upTo(10)) await publish(n);
  await kit.publish('a.b', 10, 11);
  await kit.receiver.waitFor(11, 20_000);
  await compared(11);
  await kit.stop();
  await setBack();
  const again = await kit.start();
  await compared(11);
  expect(kit.numbers()).toEqual(upTo(11));
  expect(await metric(again, 'hukz_journal_went_back_total')).toBe(0);
});
