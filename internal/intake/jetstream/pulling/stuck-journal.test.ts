import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { eventually } from '../../../testkit/eventually.js';
import { logged, metric, useStreamKit } from '../../../testkit/kits/use-stream-kit.js';

const kit = useStreamKit();

/** Runs the work while another session prevents the journal from writing. */
const whileStuck = async (work: () => Promise<void>) => {
  const blocker = new Client(kit.database.connection);
  await blocker.connect();
  try {
    await blocker.query('begin; lock table messages in access exclusive mode');
    await work();
  } finally {
    await blocker.end();
  }
};

const STREAMS = ['one', 'two', 'three', 'four'];
const MESSAGES = 3000;

it('messages in hand are bounded for all streams together, and the server gets progress reports about them', async () => {
  const app = await kit.start();
  for (const name of STREAMS) {
    await kit.jsm.streams.add({ name, subjects: [`${name}.made`] });
    await app.api.event(`${name}.made`);
  }
  await eventually(async () => (await metric(app, 'hukz_subscriptions')) === STREAMS.length, { what: 'all are read' });
  await whileStuck(async () => {
    let signals = 0;
    kit.nats.subscribe('$JS.ACK.>', {
      callback: (_, msg) => {
        if (msg.string() === '+WPI') signals++;
      },
    });
    for (const name of STREAMS) await kit.publish(`${name}.made`, 0, MESSAGES);
    let most = 0;
    await eventually(
      async () => {
        most = Math.max(most, await metric(app, 'hukz_messages_waiting'));
        return signals >= 10_000;
      },
      { what: 'signals', timeoutMs: 20_000 },
    );
    // 4,000 messages, plus those that were requested before the journal stopped.
    expect(most).toBeGreaterThanOrEqual(4000);
    expect(most).toBeLessThanOrEqual(8000);
  });
  const everything = async () => (await metric(app, 'hukz_messages_accepted_total')) === STREAMS.length * MESSAGES;
  await eventually(everything, { what: 'all committed', timeoutMs: 20_000 });
});

it('messages of a stream beyond the bound of the queue are delayed, which is not called a loss', async () => {
  const app = await kit.start({ HUKZ_INTAKE_MAX_MESSAGES: '50' });
  await app.api.event('a.b');
  await whileStuck(async () => {
    await kit.publish('a.b', 0, 80);
    await eventually(() => logged(app, 'message.delayed').length > 0, { what: 'the line about delays' });
    await eventually(async () => (await metric(app, 'hukz_messages_delayed_total')) >= 30, {
      what: 'all that is over',
    });
  });
  const everything = async () => (await metric(app, 'hukz_messages_accepted_total')) === 80;
  await eventually(everything, { what: 'all committed', timeoutMs: 20_000 });
  expect(await metric(app, 'hukz_messages_dropped_total')).toBe(0);
  expect(logged(app, 'message.dropped')).toEqual([]);
});
