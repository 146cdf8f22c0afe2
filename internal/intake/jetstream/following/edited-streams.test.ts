import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import { linesOf, readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();
const edit = async (name: string, subjects: string[]) => {
  const { config } = await kit.jsm.streams.info(name);
  await kit.jsm.streams.update(name, { ...config, subjects });
};
const numbers = () =>
  kit.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const SOON = { timeoutMs: 20_000 };

describe('while hukz runs, an operator', () => {
  it('takes a subject out of our stream: it is put back, with a line', async () => {
    await kit.serve();
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.b'), await app.api.event('c.d')]);
    const before = linesOf(app, 'stream.changed').length;
    await edit('HUKZ', ['a.b']);
    const isBack = async () => (await kit.jsm.streams.info('HUKZ')).config.subjects.includes('c.d');
    await eventually(isBack, { what: 'the subject', ...SOON });
    await kit.publish('c.d', 5);
    await kit.receiver.waitFor(5, 10_000);
    expect(linesOf(app, 'stream.changed')).toHaveLength(before + 1);
  });

  it('moves a subject to their stream: nothing that was published meanwhile is missing', async () => {
    await kit.serve();
    await kit.stream('ORDERS');
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.b')]);
    await kit.publish('a.b', 5);
    await edit('HUKZ', ['nothing.of.us']);
    await edit('ORDERS', ['orders.>', 'a.b']);
    await kit.publish('a.b', 10, 5);
    await kit.receiver.waitFor(15, 20_000);
    expect(numbers()).toEqual(upTo(15));
    const moved = { event: 'a.b', from: 'our own stream', to: 'ORDERS' };
    expect(linesOf(app, 'event.moved').map(({ fields }) => fields)).toEqual([moved]);
  });

  it('takes a subject out of their stream: what is left in it is read, and ours holds the subject from then on', async () => {
    await kit.serve();
    await kit.stream('ORDERS');
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
    await kit.publish('orders.made', 500);
    await edit('ORDERS', ['other.orders']);
    const isOurs = async () => (await kit.jsm.streams.info('HUKZ')).config.subjects.includes('orders.made');
    await eventually(isOurs, { what: 'the subject in our stream', ...SOON });
    await kit.publish('orders.made', 10, 500);
    await kit.receiver.waitFor(510, 20_000);
    expect(numbers()).toEqual(upTo(510));
  });

  it('makes their stream again: what it holds is read from its beginning', async () => {
    await kit.serve();
    await kit.stream('ORDERS');
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
    await kit.publish('orders.made', 5);
    await kit.receiver.waitFor(5);
    await kit.jsm.streams.delete('ORDERS');
    await kit.stream('ORDERS');
    await kit.publish('orders.made', 10, 5);
    await kit.receiver.waitFor(15, 20_000);
    expect(numbers()).toEqual(upTo(15));
  });

  it('makes a stream that holds a part of a subject in place of ours: it is reported until that ends', async () => {
    await kit.serve();
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.*'), await app.api.event('c.d')]);
    await edit('HUKZ', ['c.d']);
    await kit.stream('THEIRS', { subjects: ['a.b'] });
    const isTold = async () => (await readinessOf(app)).degraded[0]?.problem.includes('THEIRS');
    await eventually(isTold, { what: 'the words', ...SOON });
    expect((await readinessOf(app)).status).toBe(200);
    await kit.jsm.streams.delete('THEIRS');
    await eventually(async () => (await readinessOf(app)).degraded.length === 0, { what: 'the end of it', ...SOON });
    await kit.publish('a.b', 5);
    await kit.receiver.waitFor(5, 10_000);
  });

  it('changes our consumer so that it gives less: it is put right', async () => {
    await kit.serve();
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.*')]);
    await kit.publish('a.b', 5);
    await kit.receiver.waitFor(5);
    await kit.jsm.consumers.update('HUKZ', 'hukz', { filter_subject: 'a.x' });
    const isRight = async () => (await kit.jsm.consumers.info('HUKZ', 'hukz')).config.filter_subject === undefined;
    await kit.publish('a.b', 10, 5);
    await eventually(isRight, { what: 'the consumer', ...SOON });
    await kit.receiver.waitFor(15, 20_000);
    expect(numbers()).toEqual(upTo(15));
  });
});

it('two installations that share a stream by mistake are reported', async () => {
  await kit.serve();
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event('a.b')]);
  for (let times = 0; times < 3; times++) {
    await edit('HUKZ', ['subjects.of.the.other.one']);
    const isBack = async () => (await kit.jsm.streams.info('HUKZ')).config.subjects.includes('a.b');
    await eventually(isBack, { what: 'the subject', ...SOON });
  }
  const problem = expect.stringMatching(/NATS_STREAM of its own/);
  const isTold = async () => {
    expect(await readinessOf(app)).toMatchObject({ status: 200, degraded: [{ reason: 'stream_contested', problem }] });
    return true;
  };
  await eventually(isTold, { what: 'the degradation', ...SOON });
});

it('a stream that others made under the name of ours keeps its subjects and its settings', async () => {
  await kit.serve();
  await kit.stream('HUKZ', { subjects: ['theirs.>', 'a.*'], max_age: 0 });
  await kit.publish('theirs.made', 5);
  const app = await kit.start();
  const { id } = (await app.api.post('/events', { event: 'c.d', publish_only: true })).body;
  const ids = [await app.api.event('a.b'), id];
  await app.api.webhook(kit.receiver.url, ids);
  for (const subject of ['a.b', 'c.d']) await kit.publish(subject, 5);
  await kit.receiver.waitFor(10);
  const { config, state } = await kit.jsm.streams.info('HUKZ');
  expect(config).toMatchObject({ subjects: ['theirs.>', 'a.*', 'c.d'], max_age: 0 });
  expect(state.messages).toBe(15);
  expect(linesOf(app, 'stream.shared')).toHaveLength(1);
  expect((await readinessOf(app)).degraded).toEqual([]);
});
