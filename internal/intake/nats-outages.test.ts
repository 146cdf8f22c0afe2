import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from 'nats';
import { findFreePort } from '../local/free-port.js';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

let database: TestDatabase;
let receiver: Receiver;
let port: number;
let server: NatsServer | undefined;
let hukz: TestApp | undefined;

beforeEach(async () => {
  database = await makeTestDatabase();
  receiver = await startReceiver();
  port = await findFreePort();
});
afterEach(async () => {
  await hukz?.stop();
  await server?.stop();
  await receiver.stop();
  await database.drop();
  hukz = undefined;
  server = undefined;
});
const start = async (more: Record<string, string> = {}) => {
  hukz = await startTestApp({ database, natsUrl: `nats://127.0.0.1:${port}` }, more);
  return hukz;
};
const readiness = async (app: TestApp) => {
  const { status, body } = await app.api.get('/health/ready');
  return { status, problems: body.errors };
};
const publish = async (subject: string, count: number) => {
  const nats = await connect({ servers: `127.0.0.1:${port}` });
  for (let n = 0; n < count; n++) nats.publish(subject, `{"n":${n}}`);
  await nats.drain();
};

describe('a nats-server', () => {
  it('that is absent at start is waited for, with a line that says so', async () => {
    const app = await start();
    expect(await readiness(app)).toMatchObject({ status: 503, problems: { nats: expect.any(String) } });
    expect(app.logger.lines).toContainEqual(expect.objectContaining({ name: 'nats.waited_for' }));
    const refused = await app.api.put('/events/1', { event: 'x.y' });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    server = await startTestNats({ port });
    await eventually(async () => (await readiness(app)).status === 200, { what: 'ready', timeoutMs: 10_000 });
    await app.api.webhook(receiver.url, [await app.api.event('a.b')]);
    await publish('a.b', 1);
    await receiver.waitFor(1);
  });

  it('that restarts is come back to, with every subscription; ready says so in between', async () => {
    server = await startTestNats({ port });
    const app = await start();
    await app.api.webhook(receiver.url, [await app.api.event('a.b'), await app.api.event('c.*')]);
    await server.kill();
    await eventually(async () => (await readiness(app)).status === 503, { what: 'not ready' });
    const { status, body } = await app.api.get('/events');
    expect([status, body.total]).toEqual([200, 2]);
    server = await startTestNats({ port });
    await eventually(async () => (await readiness(app)).status === 200, { what: 'ready again', timeoutMs: 10_000 });
    await publish('a.b', 5);
    await publish('c.d', 5);
    await receiver.waitFor(10);
  });

  it('that wants another password is waited for, and the password stays out of the log', async () => {
    server = await startTestNats({ port, args: ['--user', 'somebody', '--pass', 'right'] });
    const app = await start({ HUKZ_NATS_USER_NAME: 'somebody', HUKZ_NATS_USER_PASSWORD: 'wrong-canary' });
    expect(await readiness(app)).toMatchObject({ problems: { nats: expect.stringMatching(/authori[sz]ation/i) } });
    expect(JSON.stringify(app.logger.lines)).not.toContain('wrong-canary');
  });

  it('lets in who has the right password', async () => {
    server = await startTestNats({ port, args: ['--user', 'somebody', '--pass', 'right'] });
    const app = await start({ HUKZ_NATS_USER_NAME: 'somebody', HUKZ_NATS_USER_PASSWORD: 'right' });
    expect(await readiness(app)).toMatchObject({ status: 200 });
  });
});

it('a flood beyond the queue is dropped and counted in one line a second, and the rest arrives', async () => {
  server = await startTestNats({ port });
  const app = await start({ HUKZ_INTAKE_MAX_MESSAGES: '50' });
  await app.api.webhook(receiver.url, [await app.api.event('a.b')]);
  await publish('a.b', 5000);
  await eventually(() => app.logger.lines.some(({ name }) => name === 'message.dropped'), {
    what: 'the line about drops',
  });
  const metric = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${app.app.metricsPort}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
  };
  await eventually(async () => (await metric('hukz_messages_received_total')) === 5000, { what: 'all received' });
  const [accepted, dropped] = [
    await metric('hukz_messages_accepted_total'),
    await metric('hukz_messages_dropped_total'),
  ];
  expect(dropped).toBeGreaterThan(0);
  await eventually(async () => (await metric('hukz_messages_accepted_total')) + dropped === 5000, {
    what: 'the sum',
    timeoutMs: 5000,
  });
  expect(accepted).toBeGreaterThan(0);
  await receiver.waitFor(5000 - dropped, 10_000);
  const lines = app.logger.lines.filter(({ name }) => name === 'message.dropped');
  expect(lines.length).toBeLessThanOrEqual(5);
});
