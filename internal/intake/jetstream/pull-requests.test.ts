import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AckPolicy, connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../../local/nats-server.js';
import { eventually } from '../../testkit/eventually.js';
import { startTestNats } from '../../testkit/test-nats.js';
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

it('a pull request that the server refuses is not repeated at once', async () => {
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: 'S', subjects: ['a.b'] });
  await manager.consumers.add('S', { durable_name: 'c', ack_policy: AckPolicy.Explicit, max_batch: 10 });
  const refusedAt: number[] = [];
  const batch = { messages: 1000, bytes: 1 << 20, style: 'flowing' as const };
  const requests = new PullRequests(
    {
      connection,
      target: { stream: 'S', consumer: 'c' },
      onMessage: () => undefined,
      onEnded: () => {
        refusedAt.push(performance.now());
        if (refusedAt.length < 3) requests.ask(batch);
      },
      onLost: () => undefined,
    },
    1,
  );
  requests.ask(batch);
  await eventually(() => refusedAt.length >= 3, { what: 'three refusals' });
  await requests.stop();
  expect((refusedAt[2] ?? 0) - (refusedAt[1] ?? 0)).toBeGreaterThan(200);
});

it('in bulk, a request waits for the first message and ends with what is there', async () => {
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: 'B', subjects: ['b.*'] });
  await manager.consumers.add('B', { durable_name: 'c', ack_policy: AckPolicy.Explicit });
  const came: string[] = [];
  let ended = 0;
  const requests = new PullRequests(
    {
      connection,
      target: { stream: 'B', consumer: 'c' },
      onMessage: (msg) => came.push(msg.subject),
      onEnded: () => ended++,
      onLost: () => undefined,
    },
    1,
  );
  const batch = { messages: 1000, bytes: 1 << 20, style: 'in bulk' as const };
  requests.ask(batch);
  await connection.flush();
  expect([came, ended, requests.isIdle]).toEqual([[], 0, false]);
  await connection.jetstream().publish('b.1');
  await eventually(() => ended === 1, { what: 'the end of the first request' });
  expect(came).toEqual(['b.1']);
  for (const subject of ['b.2', 'b.3', 'b.4']) await connection.jetstream().publish(subject);
  requests.ask(batch);
  await eventually(() => ended === 2, { what: 'the end of the second request' });
  expect(came).toEqual(['b.1', 'b.2', 'b.3', 'b.4']);
  expect(requests.isIdle).toBe(true);
  await requests.stop();
});
