import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, type Msg, type NatsConnection } from 'nats';
import { eventually } from '../../../testkit/eventually.js';
import { linesOf, readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';
import { Services } from './services.js';

const kit = useConfiguredNats();
const FORBIDDEN = `
no_auth_user: all
authorization { users: [
  { user: hukz, password: pw, permissions: { publish: { deny: ["$SRV.>"] } } }, { user: all, password: all }
] }`;
const LOGIN = { HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'pw' };
const UNKNOWN = { reason: 'services_unknown', problem: expect.stringMatching(/could not be asked.*\$SRV\.INFO/) };

async function addService(subject: string): Promise<void> {
  const service = await kit.nats.services.add({ name: 'pricing', version: '1.0.0' });
  service.addEndpoint('price', { subject, handler: (_error, message) => void message.respond('price') });
  await kit.nats.flush();
}

describe('services that our user may not ask', () => {
  it('are a degradation and one line, and keep no event from being taken', async () => {
    await kit.serve(FORBIDDEN);
    await addService('svc.price');
    const app = await kit.start(LOGIN);
    for (const event of ['a.b', 'a.c', 'svc.price']) await app.api.event(event);
    expect(await readinessOf(app)).toEqual({ status: 200, errors: undefined, degraded: [UNKNOWN] });
    await eventually(() => linesOf(app, 'intake.degraded').length > 0, { what: 'the line' });
    await app.api.event('a.d');
    expect(linesOf(app, 'intake.degraded').map(({ fields }) => fields)).toEqual([UNKNOWN]);
    const metrics = await (await fetch(`http://127.0.0.1:${app.app.metricsPort}/metrics`)).text();
    expect(metrics).toContain('hukz_intake_degraded{reason="services_unknown"} 1');
  });

  it('are asked again after a minute, and those that were known are not taken for ended', async () => {
    await kit.serve(FORBIDDEN);
    await addService('svc.price');
    let now = 0;
    const services = new Services(() => now);
    expect(services.isDue).toBe(true);
    await services.look(kit.nats);
    expect([services.subjects, services.degraded(), services.isDue]).toEqual([['svc.price'], [], false]);
    const forbidden = await connect({ servers: kit.url, user: 'hukz', pass: 'pw' });
    await services.look(forbidden);
    await forbidden.close();
    expect([services.subjects, services.degraded(), services.isDue]).toEqual([['svc.price'], [UNKNOWN], false]);
    now = 60_000;
    expect(services.isDue).toBe(true);
    await services.look(kit.nats);
    expect([services.subjects, services.degraded(), services.isDue]).toEqual([['svc.price'], [], false]);
  });
});

it('a service that begins to answer on the subject of an event is reported until the event says that it is publish-only', async () => {
  await kit.serve();
  const app = await kit.start();
  const id = await app.api.event('svc.*');
  await addService('svc.price');
  // hukz looks for services once per minute, and for each event.
  await app.api.event('a.b');
  const told = { event: 'svc.*', reason: 'not_publish_only', problem: expect.stringMatching(/"publish_only": true/) };
  expect((await readinessOf(app)).degraded).toEqual([told]);
  await app.api.webhook(kit.receiver.url, [id]);
  kit.nats.publish('svc.price', '{}');
  await kit.receiver.waitFor(1);
  const changed = await app.api.patch(`/events/${id}`, { publish_only: true });
  expect([changed.status, changed.body.degraded, (await readinessOf(app)).degraded]).toEqual([200, undefined, []]);
});

describe('a NATS user who answers $SRV.INFO with what it likes', () => {
  const timers: NodeJS.Timeout[] = [];
  afterEach(() => {
    for (const timer of timers.splice(0)) clearInterval(timer);
  });

  const answerWith = async (nats: NatsConnection, answer: (asked: Msg) => void) => {
    nats.subscribe('$SRV.INFO', { callback: (_error, asked) => answer(asked) });
    await nats.flush();
  };

  it('cannot make hukz wait by never ceasing to answer', async () => {
    await kit.serve();
    const app = await kit.start();
    await answerWith(kit.nats, (asked) => {
      timers.push(setInterval(() => asked.respond(JSON.stringify({ name: 'x', endpoints: [] })), 50));
    });
    expect((await app.api.post('/events', { event: 'a.b' })).status).toBe(201);
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.c')]);
    kit.nats.publish('a.c', '{}');
    await kit.receiver.waitFor(1);
  });

  it.each([
    ['not JSON', '{'],
    ['a subject that is no text', JSON.stringify({ endpoints: [{ subject: 5 }] })],
    ['endpoints that are no list', JSON.stringify({ endpoints: 'svc.price' })],
    ['no object', 'null'],
    ['more than an answer may have', JSON.stringify({ endpoints: [], padding: 'x'.repeat(70_000) })],
  ])('cannot hide a service by %s, or make the API fail', async (_name, answer) => {
    await kit.serve();
    const app = await kit.start();
    await answerWith(kit.nats, (asked) => void asked.respond(answer));
    await addService('svc.price');
    const refused = await app.api.post('/events', { event: 'svc.price' });
    expect([refused.status, refused.body.errors?.[0]?.source]).toEqual([422, 'event']);
    expect((await app.api.post('/events', { event: 'a.b' })).status).toBe(201);
    expect((await readinessOf(app)).degraded).toEqual([
      { reason: 'services_unknown', problem: expect.stringMatching(/answers to \$SRV\.INFO cannot be read/) },
    ]);
  });

  it('cannot fill the memory with subjects', async () => {
    await kit.serve();
    await answerWith(kit.nats, (asked) => {
      for (let n = 0; n < 3000; n++) asked.respond(JSON.stringify({ endpoints: [{ subject: `s.${n}` }] }));
    });
    const services = new Services(() => 0);
    await services.look(kit.nats);
    expect(services.subjects).toHaveLength(2000);
    expect(services.degraded()).toEqual([UNKNOWN]);
  });
});
