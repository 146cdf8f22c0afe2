import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import { newerNatsServer } from '../../../testkit/servers/newer-nats.js';
import { linesOf, readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();
const newer = newerNatsServer();
const servers: readonly (readonly [string, string | undefined])[] = [
  ['the server in PATH', undefined],
  ...(newer ? [['a newer server', newer] as const] : []),
];
const DECLARED = { HUKZ_STREAM_ACK: 'publish-only' };
const SILENT = { HUKZ_STREAM_ACK: 'off' };

/** A service that takes a while, so that any other answer on its subject arrives first. */
function serve(subject: string): void {
  kit.nats.subscribe(subject, { callback: (_error, message) => void setTimeout(() => message.respond('price'), 40) });
}
const ask = async (subject: string) => (await kit.nats.request(subject, '{}', { timeout: 2000 })).string();
const refusal = ({ status, body }: { status: number; body: { errors?: { message: string }[] } }) => [
  status,
  body.errors?.[0]?.message,
];
const ownStream = async () => (await kit.jsm.streams.info('HUKZ')).config;

describe.each(servers)('with %s', (_name, binary) => {
  it('with STREAM_ACK=off, requests to a service on the subject of an event are answered by the service alone, and fire the webhook', async () => {
    await kit.serve('', binary);
    const { api } = await kit.start(SILENT);
    serve('svc.price');
    await api.webhook(kit.receiver.url, [await api.event('svc.*'), await api.event('svc.price')]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('svc.price')));
    expect(new Set(answers)).toEqual(new Set(['price']));
    await kit.receiver.waitFor(50);
    expect((await ownStream()).no_ack).toBe(true);
  });

  it('a stream that acknowledged before is made silent, and says nothing to a service’s callers from then on', async () => {
    await kit.serve('', binary);
    const { api } = await kit.start(DECLARED);
    const made = await api.post('/events', { event: 'svc.price', publish_only: true });
    expect(made.body.publish_only).toBe(true);
    serve('svc.price');
    expect(JSON.parse(await ask('svc.price'))).toMatchObject({ stream: 'HUKZ', seq: 1 });
    await kit.stopLast();
    await kit.start(SILENT);
    await eventually(async () => (await ownStream()).no_ack, { what: 'the change of the stream' });
    expect(await ask('svc.price')).toBe('price');
  });

  it('a subject that begins with a wildcard is not given to the stream, which would hold the server’s subjects', async () => {
    await kit.serve('', binary);
    const { api } = await kit.start({ HUKZ_ALLOW_ALL_SUBJECTS: 'true', HUKZ_NATS_OTHER_INBOX_PREFIXES: 'replies.x' });
    for (const event of ['>', '*.deleted', '*.*', '*.API.INFO', 'replies.>', 'replies.*.a']) {
      const words = expect.stringMatching(/subjects of the NATS server or of replies.*INTAKE=core/);
      expect(refusal(await api.post('/events', { event }))).toEqual([422, words]);
    }
    await api.webhook(kit.receiver.url, [await api.event('a.deleted')]);
    for (const subject of ['$X.deleted', '_INBOX.x.deleted', 'a.deleted']) kit.nats.publish(subject, '{}');
    await kit.receiver.waitFor(1);
    expect((await kit.jsm.streams.info('HUKZ')).state.last_seq).toBe(1);
  });
});

describe('STREAM_ACK=publish-only', () => {
  it('takes only events that say that no service answers on their subject, by POST, PUT and PATCH', async () => {
    await kit.serve();
    const { api } = await kit.start(DECLARED);
    const words = expect.stringMatching(/answers every request to "\S+".*"publish_only": true.*STREAM_ACK=off/);
    expect(refusal(await api.post('/events', { event: 'svc.price' }))).toEqual([422, words]);
    const { id } = (await api.post('/events', { event: 'a.b', publish_only: true })).body;
    for (const change of [{ publish_only: false }, { event: 'svc.price', publish_only: false }]) {
      expect(refusal(await api.patch(`/events/${id}`, change))).toEqual([422, words]);
      expect(refusal(await api.put(`/events/${id}`, change))).toEqual([422, words]);
    }
    expect((await ownStream()).subjects).toEqual(['a.b']);
    expect(await ask('a.b')).toMatch('"stream":"HUKZ"');
    expect((await api.patch(`/events/${id}`, { event: 'c.d' })).body).toMatchObject({ publish_only: true });
    expect(await ask('c.d')).toMatch('"stream":"HUKZ"');
  });

  it('leaves out an older event that does not say so: it is degraded, and its requests are answered by the service', async () => {
    await kit.serve();
    const first = await kit.start(SILENT);
    const id = await first.api.event('svc.price');
    await first.api.webhook(kit.receiver.url, [id]);
    await first.api.post('/events', { event: 'a.b', publish_only: true });
    await kit.stopLast();
    const app = await kit.start(DECLARED);
    serve('svc.price');
    expect(await ask('svc.price')).toBe('price');
    const hit = { event: 'svc.price', reason: 'not_publish_only', problem: expect.stringMatching('publish_only') };
    expect(await readinessOf(app)).toMatchObject({ status: 200, degraded: [hit] });
    await eventually(() => linesOf(app, 'intake.degraded').length === 1, { what: 'the line' });
    const changed = await app.api.patch(`/events/${id}`, { publish_only: true });
    expect([changed.status, changed.body.degraded]).toEqual([200, undefined]);
    kit.nats.publish('svc.price', '{}');
    await kit.receiver.waitFor(1);
  });

  it('takes what an event that says so covers', async () => {
    await kit.serve();
    const { api } = await kit.start(DECLARED);
    await api.post('/events', { event: 'a.>', publish_only: true });
    const made = await api.post('/events', { event: 'a.b' });
    expect([made.status, made.body.degraded]).toEqual([201, undefined]);
  });

  it('and was made by others is given no subject on which a service may answer, and keeps its own', async () => {
    await kit.serve();
    await kit.stream('HUKZ', { subjects: ['theirs.>'] });
    const { api } = await kit.start(DECLARED);
    expect(refusal(await api.post('/events', { event: 'svc.price' }))).toEqual([
      422,
      expect.stringMatching('NATS_STREAM'),
    ]);
    expect((await api.post('/events', { event: 'theirs.made' })).status).toBe(201);
    expect((await api.post('/events', { event: 'a.b', publish_only: true })).status).toBe(201);
    expect((await ownStream()).subjects).toEqual(['theirs.>', 'a.b']);
  });
});

describe('STREAM_ACK=on, the default', () => {
  it('acknowledges the messages of any event', async () => {
    await kit.serve();
    const { api } = await kit.start();
    await api.webhook(kit.receiver.url, [await api.event('a.b')]);
    expect(JSON.parse(await ask('a.b'))).toMatchObject({ stream: 'HUKZ', seq: 1 });
    await kit.receiver.waitFor(1);
  });

  it('refuses a subject on which a NATS service answers, by POST, PUT and PATCH, unless the event is publish-only', async () => {
    await kit.serve();
    const { api } = await kit.start();
    const service = await kit.nats.services.add({ name: 'pricing', version: '1.0.0' });
    service.addEndpoint('price', { subject: 'svc.price', handler: (_error, message) => void message.respond('price') });
    await kit.nats.flush();
    const words = expect.stringMatching(/answers every request to "\S+".*"publish_only": true.*STREAM_ACK=off/);
    for (const event of ['svc.price', 'svc.*', 'svc.>'])
      expect(refusal(await api.post('/events', { event }))).toEqual([422, words]);
    const id = await api.event('a.b');
    expect(refusal(await api.patch(`/events/${id}`, { event: 'svc.price' }))).toEqual([422, words]);
    expect(refusal(await api.put(`/events/${id}`, { event: 'svc.price' }))).toEqual([422, words]);
    expect((await ownStream()).subjects).toEqual(['a.b']);
    expect(await ask('svc.price')).toBe('price');
    expect((await api.post('/events', { event: 'svc.price', publish_only: true })).status).toBe(201);
  });

  it('keeps an event out of a stream that is made while a service answers on its subject, and takes it when that has ended', async () => {
    await kit.serve();
    const first = await kit.start();
    const id = await first.api.event('svc.price');
    await first.api.webhook(kit.receiver.url, [id]);
    await kit.stopLast();
    await kit.jsm.streams.delete('HUKZ');
    const service = await kit.nats.services.add({ name: 'pricing', version: '1.0.0' });
    service.addEndpoint('price', { subject: 'svc.price', handler: (_error, message) => void message.respond('price') });
    await kit.nats.flush();
    const app = await kit.start();
    const hit = { event: 'svc.price', reason: 'not_publish_only', problem: expect.stringMatching('publish_only') };
    expect(await readinessOf(app)).toMatchObject({ degraded: [hit] });
    expect(await ask('svc.price')).toBe('price');
    await service.stop();
    await app.api.event('a.b');
    await eventually(async () => (await ownStream()).subjects.includes('svc.price'), {
      what: 'the subject in the stream',
    });
    kit.nats.publish('svc.price', '{}');
    await kit.receiver.waitFor(1);
  });
});
