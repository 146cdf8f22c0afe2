import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import { metric, upTo, useStreamKit } from '../../../testkit/kits/use-stream-kit.js';

const kit = useStreamKit();

const settled = () =>
  eventually(async () => (await kit.ledger.query('select from deliveries')).length === 0, { what: 'all settled' });

const readAll = async (subject: string, stream: string) => {
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event(subject)]);
  await kit.publish(subject, 0, 50);
  await kit.receiver.waitFor(50, 20_000);
  await settled();
  const [consumer] = await kit.jsm.consumers.list(stream).next();
  await kit.acknowledged(stream, consumer?.name);
  await kit.stop();
};

/** Restores a backup of the time when the journal had this sequence, before any position was stored. */
const restoreTo = (sequence: number) =>
  kit.ledger.query(`
    begin;
    delete from messages where hukz_sequence_of(id) > ${sequence};
    delete from webhook_logs where hukz_sequence_of(message_id) > ${sequence};
    delete from stream_positions;
    commit`);

const again = (from: number) => [...upTo(50), ...upTo(50).slice(from)].sort((a, b) => a - b);

const position = async () => {
  const rows = await kit.ledger.query<{ acknowledged: string }>('select acknowledged from stream_positions');
  return rows.map(({ acknowledged }) => Number(acknowledged));
};

describe('a restored database that has no row of a consumer', () => {
  it('gets again what the consumer of our own stream had acknowledged since', async () => {
    await readAll('a.b', 'HUKZ');
    await restoreTo(30);
    const app = await kit.start();
    await kit.receiver.waitFor(70, 20_000);
    await kit.acknowledged();
    expect(kit.numbers()).toEqual(again(30));
    expect(await metric(app, 'hukz_journal_went_back_total')).toBe(1);
  });

  it('gets everything again where it has no message of the stream at all', async () => {
    await readAll('a.b', 'HUKZ');
    await restoreTo(0);
    await kit.start();
    await kit.receiver.waitFor(100, 20_000);
    expect(kit.numbers()).toEqual(again(0));
  });

  it('gets nothing from before a consumer that began with new messages', async () => {
    await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
    await kit.publish('order.made', -20, 0);
    await readAll('order.made', 'ORDERS');
    await restoreTo(20 + 30);
    await kit.start();
    await kit.receiver.waitFor(70, 20_000);
    await settled();
    expect(kit.numbers()).toEqual(again(30));
    await kit.stop();
    await restoreTo(0);
    await kit.start();
    await kit.receiver.waitFor(120, 20_000);
    await settled();
    expect(kit.numbers()).toEqual([...again(30), ...upTo(50)].sort((a, b) => a - b));
  }, 90_000);
});

it('a database without a row that lacks nothing is not read again, and the position is kept', async () => {
  await readAll('a.b', 'HUKZ');
  await kit.ledger.query('delete from stream_positions');
  const app = await kit.start();
  expect(await position()).toEqual([50]);
  await kit.publish('a.b', 50, 51);
  await kit.receiver.waitFor(51, 20_000);
  expect(kit.numbers()).toEqual(upTo(51));
  expect(await metric(app, 'hukz_messages_duplicate_total')).toBe(0);
});
