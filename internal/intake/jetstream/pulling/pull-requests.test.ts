import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AckPolicy, type ConsumerConfig, connect, createInbox, type NatsConnection } from 'nats';
import type { NatsServer } from '../../../local/nats-server.js';
import { eventually } from '../../../testkit/eventually.js';
import { startTestNats } from '../../../testkit/servers/test-nats.js';
import { makeClientBoundary } from '../../client-boundary.js';
import { limitsOf } from './pull-limits.js';
import { PullRequests } from './pull-requests.js';

let server: NatsServer;
let connection: NatsConnection;

beforeAll(async () => {
  server = await startTestNats({ jetstream: true });
  connection = await connect({ servers: server.url });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

const target = { stream: 'S', consumer: 'c' };
const BATCH = { messages: 1000, bytes: 1 << 20 };

/** Sends another request whenever a request has ended. */
const ask = async (consumer: Partial<ConsumerConfig>) => {
  const manager = await connection.jetstreamManager();
  await manager.streams.delete('S').catch(() => undefined);
  await manager.streams.add({ name: 'S', subjects: ['a.b'] });
  await manager.consumers.add('S', { durable_name: 'c', ack_policy: AckPolicy.Explicit, ...consumer });
  const taken: number[] = [];
  const endedAt: number[] = [];
  const requests = new PullRequests({
    connection,
    target,
    boundary: makeClientBoundary(),
    limits: limitsOf({}),
    atOnce: 1,
    now: () => performance.now(),
    events: {
      onMessage: (msg) => taken.push(msg.data.length),
      onEnded: () => {
        endedAt.push(performance.now());
        requests.ask(BATCH);
      },
      onLost: () => undefined,
    },
  });
  return { requests, taken, endedAt, js: connection.jetstream() };
};

it('a request that the server refuses is repeated later and later, and reported from the second time on', async () => {
  const { requests, endedAt } = await ask({ max_waiting: 1 });
  const holding = createInbox();
  const other = connection.subscribe(holding);
  const hold = JSON.stringify({ batch: 1, expires: 60e9 });
  connection.publish('$JS.API.CONSUMER.MSG.NEXT.S.c', hold, { reply: holding });
  await connection.flush();
  requests.ask(BATCH);
  await eventually(() => requests.problem(), { what: 'the words' });
  expect(requests.problem()).toBe('Exceeded MaxWaiting');
  await eventually(() => endedAt.length >= 3, { what: 'three refusals', timeoutMs: 10_000 });
  expect((endedAt[1] ?? 0) - (endedAt[0] ?? 0)).toBeGreaterThan(800);
  expect((endedAt[2] ?? 0) - (endedAt[1] ?? 0)).toBeGreaterThan(1600);
  other.unsubscribe();
  await eventually(() => requests.problem() === undefined, { what: 'an accepted request', timeoutMs: 20_000 });
  await requests.stop();
});

it.each<Partial<ConsumerConfig>>([{ max_batch: 3 }, { max_expires: 1.5e9 }, { max_bytes: 700 }])(
  'a request that asks for more than the server allows (%p) asks for what it allows, at once',
  async (consumer) => {
    const { requests, taken, js } = await ask(consumer);
    for (let n = 0; n < 10; n++) await js.publish('a.b', 'x'.repeat(100));
    requests.ask(BATCH);
    await eventually(() => taken.length === 10, { what: 'all messages', timeoutMs: 4000 });
    expect(requests.problem()).toBeUndefined();
    await requests.stop();
  },
);

it('a message that is larger than the consumer may deliver is reported, and not requested thousands of times per second', async () => {
  const { requests, endedAt, js } = await ask({ max_bytes: 700 });
  await js.publish('a.b', 'x'.repeat(1000));
  requests.ask(BATCH);
  await eventually(() => requests.problem(), { what: 'the words' });
  expect(requests.problem()).toMatch(/size exceeds maxbytes/i);
  expect(endedAt.length).toBeLessThan(6);
  await requests.stop();
});

it('an answer that never comes is reported', async () => {
  const { requests } = await ask({});
  await connection.jetstreamManager().then((manager) => manager.consumers.delete('S', 'c'));
  const unheard = new PullRequests({
    connection,
    target,
    boundary: makeClientBoundary(),
    limits: limitsOf({}),
    atOnce: 1,
    now: () => performance.now(),
    events: { onMessage: () => undefined, onEnded: () => unheard.ask(BATCH), onLost: () => undefined },
  });
  unheard.ask(BATCH);
  await eventually(() => unheard.problem(), { what: 'the words', timeoutMs: 15_000 });
  expect(unheard.problem()).toMatch(/got no answer/);
  await Promise.all([unheard.stop(), requests.stop()]);
});
