import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AckPolicy, connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../../local/nats-server.js';
import { eventually } from '../../testkit/eventually.js';
import { startTestNats } from '../../testkit/test-nats.js';
import { makeClientBoundary } from '../client-boundary.js';
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
  const batch = { messages: 1000, bytes: 1 << 20 };
  const requests = new PullRequests(
    {
      connection,
      target: { stream: 'S', consumer: 'c' },
      boundary: makeClientBoundary(),
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
