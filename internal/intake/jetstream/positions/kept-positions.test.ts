import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import { metric, upTo, useStreamKit } from '../../../testkit/kits/use-stream-kit.js';

const kit = useStreamKit();

/** The only consumer of a stream. */
const onlyConsumer = async (stream: string) => {
  const [info] = await kit.jsm.consumers.list(stream).next();
  if (!info) throw new Error(`${stream} has no consumer`);
  return info.name;
};

const registerAndRead = async (subject: string, count: number) => {
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event(subject)]);
  await kit.publish(subject, 0, count);
  await kit.receiver.waitFor(count);
  return app;
};

describe('a consumer that was deleted while no instance ran', () => {
  it('of our own stream begins behind what the journal has', async () => {
    await registerAndRead('a.b', 50);
    await kit.acknowledged();
    await kit.stop();
    await kit.jsm.consumers.delete('HUKZ', 'hukz');
    await kit.publish('a.b', 50, 60);
    const again = await kit.start();
    await kit.receiver.waitFor(60);
    expect(kit.numbers()).toEqual(upTo(60));
    expect(await metric(again, 'hukz_messages_duplicate_total')).toBe(0);
  });

  it('of an operator’s stream begins there too, and skips nothing of what was published meanwhile', async () => {
    await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
    await registerAndRead('order.made', 20);
    const consumer = await onlyConsumer('ORDERS');
    await kit.acknowledged('ORDERS', consumer);
    await kit.stop();
    await kit.jsm.consumers.delete('ORDERS', consumer);
    await kit.publish('order.made', 20, 30);
    await kit.start();
    await kit.receiver.waitFor(30);
    expect(kit.numbers()).toEqual(upTo(30));
  });
});

it('a consumer that begins with new messages, and is deleted before one comes, begins there again', async () => {
  await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
  await kit.publish('order.made', -20, 0);
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event('order.made')]);
  await kit.stop();
  await kit.jsm.consumers.delete('ORDERS', await onlyConsumer('ORDERS'));
  await kit.publish('order.made', 0, 5);
  await kit.start();
  await kit.receiver.waitFor(5);
  expect(kit.numbers()).toEqual(upTo(5));
});

describe('a stream that was made again under its name while no instance ran', () => {
  it('of an operator is read from its beginning', async () => {
    await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
    await registerAndRead('order.made', 20);
    await kit.stop();
    await kit.jsm.streams.delete('ORDERS');
    await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
    await kit.publish('order.made', 20, 25);
    await kit.start();
    await kit.receiver.waitFor(25);
    expect(kit.numbers()).toEqual(upTo(25));
  });

  it('of our own is read from its beginning', async () => {
    await registerAndRead('a.b', 20);
    await kit.stop();
    const { config } = await kit.jsm.streams.info('HUKZ');
    await kit.jsm.streams.delete('HUKZ');
    await kit.jsm.streams.add(config);
    await kit.publish('a.b', 20, 25);
    await kit.start();
    await kit.receiver.waitFor(25);
    expect(kit.numbers()).toEqual(upTo(25));
  });
});

it('a consumer that another instance made again is read from where that one begins', async () => {
  const one = await registerAndRead('a.b', 50);
  const other = await kit.start();
  await kit.acknowledged();
  await kit.jsm.consumers.delete('HUKZ', 'hukz');
  await kit.publish('a.b', 50, 100);
  await kit.receiver.waitFor(100, 15_000);
  expect(kit.numbers()).toEqual(upTo(100));
  const lost = async () =>
    (await metric(one, 'hukz_stream_lost_total')) + (await metric(other, 'hukz_stream_lost_total'));
  await eventually(async () => (await lost()) >= 1, { what: 'the loss told' });
});
