import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { startTestNats } from '../testkit/servers/test-nats.js';
import { collectGarbage, type Turns, watchTurns } from '../testkit/turns/longest-turn.js';
import { makeClientBoundary } from './client-boundary.js';
import { Subscriptions } from './subscriptions.js';

const COUNT = 10_000;
const MAX_TURN_MS = 20;

let server: NatsServer;
let connection: NatsConnection;
let turns: Turns;

beforeAll(async () => {
  server = await startTestNats({});
  connection = await connect({ servers: server.url });
  turns = watchTurns();
});
afterAll(async () => {
  turns.stop();
  await connection.close();
  await server.stop();
});

it('ten thousand subjects that come and go at once keep no other work waiting', async () => {
  let subjects: string[] = [];
  const subscriptions = new Subscriptions({
    queueGroup: 'hukz',
    subjects: () => subjects,
    isInbox: () => false,
    accept: async () => ({ outcome: 'unregistered' }),
    boundary: makeClientBoundary(),
    now: () => 0,
    logger: makeTestLogger(),
  });
  subscriptions.attach(connection);
  const longestTurn = async (wanted: string[]) => {
    subjects = wanted;
    collectGarbage();
    await turns.maxMs();
    await subscriptions.reconcile();
    await connection.flush();
    const found = await turns.maxMs();
    expect([subscriptions.count, subscriptions.degraded()]).toEqual([wanted.length, []]);
    return found;
  };
  await longestTurn(['warm.up']);
  const all = Array.from({ length: COUNT }, (_, n) => `shop.event.${n}`);
  expect(await longestTurn(all)).toBeLessThan(MAX_TURN_MS);
  expect(await longestTurn([])).toBeLessThan(MAX_TURN_MS);
});
