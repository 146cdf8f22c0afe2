import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/test-database.js';
import { startTestNats } from '../testkit/test-nats.js';

const FORBIDDEN = `
authorization {
  users: [{ user: hukz, password: pw, permissions: { subscribe: { deny: ["secret.>"] } } }]
}
`;

let database: TestDatabase;
let server: NatsServer;
let hukz: TestApp;
let directory: string;

beforeEach(async () => {
  database = await makeTestDatabase();
  directory = await mkdtemp(join(tmpdir(), 'hukz-degraded-'));
  const config = join(directory, 'nats.conf');
  await writeFile(config, FORBIDDEN);
  server = await startTestNats({ args: ['-c', config] });
  const login = { HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'pw' };
  hukz = await startTestApp({ database, natsUrl: server.url }, login);
});
afterEach(async () => {
  await hukz.stop();
  await server.stop();
  await rm(directory, { recursive: true });
  await database.drop();
});

const gauge = async (reason: string) => {
  const text = await (await fetch(`http://127.0.0.1:${hukz.app.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^hukz_intake_degraded\\{reason="${reason}"\\} (\\d+)`, 'm').exec(text)?.[1]);
};
const logged = (name: string) => hukz.logger.lines.filter((line) => line.name === name);

it('one event that the server does not let us subscribe to is told in readiness, a metric and one line; others work', async () => {
  const { api } = hukz;
  await api.event('open.made');
  expect(await gauge('subscription_refused')).toBe(0);
  const made = await api.post('/events', { name: 'Secret', event: 'secret.made' });
  expect(made.status).toBe(201);
  const degraded = { reason: 'subscription_refused', problem: expect.stringMatching(/permissions violation/i) };
  expect(made.body.degraded).toEqual(degraded);
  const ready = await api.get('/health/ready');
  expect([ready.status, ready.body.degraded_total]).toEqual([200, 1]);
  expect(ready.body.degraded).toEqual([{ event: 'secret.made', ...degraded }]);
  expect(await gauge('subscription_refused')).toBe(1);
  await eventually(() => logged('intake.degraded').length > 0, { what: 'the line' });
  await api.delete(`/events/${made.body.id}`);
  await eventually(() => logged('intake.restored').length > 0, { what: 'the line of the end' });
  expect(logged('intake.degraded').map(({ fields }) => fields)).toEqual([{ event: 'secret.made', ...degraded }]);
  expect(logged('intake.restored').map(({ fields }) => fields)).toEqual([{ event: 'secret.made', ...degraded }]);
  expect(await gauge('subscription_refused')).toBe(0);
});

it('nothing is ready when no registered event can be taken', async () => {
  await hukz.api.event('secret.made');
  const ready = await hukz.api.get('/health/ready');
  expect(ready.status).toBe(503);
  expect(ready.body.errors.intake).toMatch(/none of the 1 registered events can be taken; "secret.made": NATS refuses/);
});
