import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import type { TestApp } from '../../../testkit/kits/test-app.js';
import { logged, metric, useStreamKit } from '../../../testkit/kits/use-stream-kit.js';

const kit = useStreamKit();
const SMALL = { HUKZ_STREAM_MAX_BYTES: '200KiB' };

const registerAndRead = async (subject: string, settings: Readonly<Record<string, string>> = {}) => {
  const app = await kit.start(settings);
  await app.api.webhook(kit.receiver.url, [await app.api.event(subject)]);
  await kit.publish(subject.replace('*', 'made'), 0, 10);
  await kit.receiver.waitFor(10);
  return app;
};

/** The count of all instances together, and the number of log lines about it. */
const told = async (apps: readonly TestApp[]) => {
  const counts = await Promise.all(apps.map((app) => metric(app, 'hukz_stream_gap_messages_total')));
  const lines = apps.flatMap((app) => logged(app, 'stream.gap'));
  return { messages: counts.reduce((sum, count) => sum + count, 0), lines: lines.length };
};

const startTwo = (settings: Readonly<Record<string, string>> = {}) =>
  Promise.all([kit.start(settings), kit.start(settings)]);

const whenTold = async (apps: readonly TestApp[], messages: number) => {
  await eventually(async () => (await told(apps)).messages >= messages, { what: 'the gap told', timeoutMs: 20_000 });
  return told(apps);
};

describe('messages that were evicted while no instance ran are counted and logged once', () => {
  it('of a stream that was full', async () => {
    await registerAndRead('a.b', SMALL);
    await kit.stop();
    await kit.publish('a.b', 10, 1010, 1000);
    const left = (await kit.jsm.streams.info('HUKZ')).state.messages;
    const apps = await startTwo(SMALL);
    await kit.receiver.waitFor(10 + left, 20_000);
    expect(await whenTold(apps, 1000 - left)).toEqual({ messages: 1000 - left, lines: 1 });
    await kit.acknowledged();
    await kit.stop();
    const after = await kit.start(SMALL);
    await kit.publish('a.b', 1010, 1011);
    await kit.receiver.waitFor(11 + left, 20_000);
    expect(await told([after])).toEqual({ messages: 0, lines: 0 });
  });

  it('of a stream that keeps so many messages a subject', async () => {
    await registerAndRead('a.*');
    const { config } = await kit.jsm.streams.info('HUKZ');
    await kit.stop();
    await kit.jsm.streams.update('HUKZ', { ...config, max_msgs_per_subject: 5 });
    // The messages of the first subject stay in front of the gap.
    await kit.publish('a.a', 10, 13);
    await kit.publish('a.b', 13, 113);
    await kit.publish('a.c', 113, 115);
    const apps = await startTwo();
    await kit.receiver.waitFor(20, 20_000);
    expect(await whenTold(apps, 95)).toEqual({ messages: 95, lines: 1 });
  });

  it('of a stream whose messages are all too old, before the next one comes', async () => {
    await registerAndRead('a.b');
    await kit.acknowledged();
    const { config } = await kit.jsm.streams.info('HUKZ');
    await kit.stop();
    await kit.jsm.streams.update('HUKZ', { ...config, max_age: 1e9, duplicate_window: 1e9 });
    await kit.publish('a.b', 10, 40);
    await eventually(async () => (await kit.jsm.streams.info('HUKZ')).state.messages === 0, {
      what: 'an empty stream',
      timeoutMs: 20_000,
    });
    const apps = await startTwo();
    expect(await whenTold(apps, 30)).toEqual({ messages: 30, lines: 1 });
  });

  it('of an operator’s stream that holds nothing else', async () => {
    await kit.jsm.streams.add({ name: 'ORDERS', subjects: ['order.*'], max_msgs: 20 });
    await registerAndRead('order.*');
    await kit.stop();
    await kit.publish('order.made', 10, 110);
    const apps = await startTwo();
    await kit.receiver.waitFor(30, 20_000);
    expect(await whenTold(apps, 80)).toEqual({ messages: 80, lines: 1 });
  });

  it('also when the consumer was deleted too', async () => {
    await registerAndRead('a.b', SMALL);
    await kit.acknowledged();
    await kit.stop();
    await kit.jsm.consumers.delete('HUKZ', 'hukz');
    await kit.publish('a.b', 10, 1010, 1000);
    const left = (await kit.jsm.streams.info('HUKZ')).state.messages;
    const apps = await startTwo(SMALL);
    await kit.receiver.waitFor(10 + left, 20_000);
    expect(await whenTold(apps, 1000 - left)).toEqual({ messages: 1000 - left, lines: 1 });
  });
});

it('what is evicted while two instances read is counted once', async () => {
  const published = 40_010;
  const apps = [await registerAndRead('a.*'), await kit.start()];
  const deliveries = async () => (await kit.jsm.consumers.info('HUKZ', 'hukz')).delivered.consumer_seq;
  const stored = (subject: string) => kit.ledger.query('select from messages where subject = $1', [subject]);
  await kit.acknowledged();
  await kit.ledger.query('begin; lock table messages in access exclusive mode');
  await kit.publish('a.made', 10, published);
  await kit.jsm.streams.purge('HUKZ', { keep: 10 });
  await kit.ledger.query('commit');
  // Only the instance that receives a redelivery knows that it is one, so each may make the counted gap smaller by one.
  const counted = async () => (await told(apps)).messages + (await deliveries()) >= published;
  await eventually(counted, { what: 'every message counted', timeoutMs: 60_000 });
  // Double counts are complete by the time that a later message is stored.
  await kit.publish('a.later', published, published + 1);
  const isLater = async () => (await stored('a.later')).length === 1;
  await eventually(isLater, { what: 'the later message stored', timeoutMs: 20_000 });
  const { messages } = await told(apps);
  // A clean stop stores what the instances still hold in memory, which the purge has acknowledged.
  await kit.stop();
  expect(messages).toBeGreaterThan(10_000);
  expect(messages).toBeLessThanOrEqual(published - (await stored('a.made')).length);
}, 120_000);
