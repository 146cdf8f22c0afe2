import { describe, expect, it } from '@jest/globals';
import { headers } from 'nats';
import { bySubject } from '../domain/streams/degradation.js';
import { eventually } from '../testkit/eventually.js';
import type { TestApp } from '../testkit/kits/test-app.js';
import { APPS, PerTestKit, usePerTestKit } from '../testkit/per-test/per-test-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = usePerTestKit(new PerTestKit(APPS, {}));

const metric = async ({ app }: TestApp, name: string) => {
  const text = await (await fetch(`http://127.0.0.1:${app.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
};
const firedBy = () => kit.receiver.requests.map(({ body }) => JSON.parse(String(body)).event as string).sort();
const logged = ({ logger }: TestApp, name: string) => logger.lines.filter((line) => line.name === name);
const problemOf = ({ status, body }: { status: number; body: { errors?: { message: string; source: string }[] } }) => [
  status,
  body.errors?.[0]?.source,
  body.errors?.[0]?.message,
];

describe('subjects of the NATS server, of replies and of results', () => {
  const RESERVED = [
    '$KV.config.x',
    '$X.deleted',
    '$JS.API.INFO',
    '_INBOX.a.b',
    '_R_.a',
    'answers.a',
    'hukz.result.1',
    'hukz.audit.1',
  ];

  it('fire no webhook whatever covers them, are not answered, and are counted', async () => {
    const hukz = await kit.start({
      HUKZ_ALLOW_ALL_SUBJECTS: 'true',
      HUKZ_NATS_OTHER_INBOX_PREFIXES: 'answers,replies.x',
    });
    const events = [await hukz.api.event('>'), await hukz.api.event('*.deleted'), await hukz.api.event('*.*')];
    await hukz.api.webhook(kit.receiver.url, events);
    for (const subject of RESERVED) kit.nats.publish(subject, '{}');
    const asked = requestReceipt(kit.nats, { subject: '$X.asked', payload: '{}' }, { timeout: 500 });
    await expect(asked).rejects.toThrow('TIMEOUT');
    kit.nats.publish('a.b', '{}');
    kit.nats.publish('x.deleted', '{}');
    await kit.receiver.waitFor(2);
    // The inbox of the request above received no answer, so that only published messages are counted.
    expect(await metric(hukz, 'hukz_messages_reserved_total')).toBe(RESERVED.length + 1);
    expect(firedBy()).toEqual(['a.b', 'x.deleted']);
    await eventually(() => logged(hukz, 'message.reserved').length > 0, { what: 'the line' });
    expect(logged(hukz, 'message.reserved')).toHaveLength(1);
  });

  it.each(['*.>', '*.*', '*.*.x', '>', '*', '$JS.API.>', '_INBOX.>', '_R_.x', 'answers.>', 'answers'])(
    'are not registered: POST, PUT and PATCH of %s',
    async (subject) => {
      const { api } = await kit.start({ HUKZ_NATS_OTHER_INBOX_PREFIXES: 'answers' });
      const id = await api.event('a.b');
      const body = { name: 'x', event: subject };
      for (const answer of [
        await api.post('/events', body),
        await api.put(`/events/${id}`, body),
        await api.patch(`/events/${id}`, { event: subject }),
      ])
        expect(problemOf(answer).slice(0, 2)).toEqual([422, 'event']);
      expect((await api.get('/events')).body.nodes).toMatchObject([{ event: 'a.b' }]);
    },
  );
});

describe('the operator’s list of subjects', () => {
  const LIST = { HUKZ_EVENT_SUBJECTS: 'app.>, orders.*' };

  it('refuses others by POST, PUT and PATCH, and names what it allows', async () => {
    const { api } = await kit.start(LIST);
    const id = await api.event('app.made');
    await api.event('orders.*');
    const words = expect.stringMatching(/EVENT_SUBJECTS.*app\.>, orders\.\*/);
    for (const subject of ['secret.things', 'orders.>', '*.made', 'app']) {
      expect(problemOf(await api.post('/events', { event: subject }))).toEqual([422, 'event', words]);
      expect(problemOf(await api.put(`/events/${id}`, { event: subject }))).toEqual([422, 'event', words]);
      expect(problemOf(await api.patch(`/events/${id}`, { event: subject }))).toEqual([422, 'event', words]);
    }
    expect((await api.patch(`/events/${id}`, { name: 'renamed' })).status).toBe(200);
    expect((await api.get('/events')).body.total).toBe(2);
  });

  it('degrades the events that were stored before it, which fire nothing, and no other', async () => {
    const before = await kit.start({ HUKZ_ALLOW_ALL_SUBJECTS: 'true' });
    const ids = [await before.api.event('app.made'), await before.api.event('*.made'), await before.api.event('*.>')];
    await before.api.webhook(`${kit.receiver.url}/app`, ids.slice(0, 1));
    await before.api.webhook(`${kit.receiver.url}/all`, ids.slice(1));
    await before.stop();
    const hukz = await kit.start(LIST);
    kit.nats.publish('secret.made', '{}');
    kit.nats.publish('app.made', '{}');
    await kit.receiver.waitFor(1);
    expect((await hukz.api.get('/accounting')).body).toMatchObject({ accepted: 1 });
    const ready = await hukz.api.get('/health/ready');
    const degraded = {
      reason: 'subject_not_allowed',
      problem: expect.stringMatching(/not accepted: .*EVENT_SUBJECTS/),
    };
    const wide = {
      reason: 'subject_not_allowed',
      problem: expect.stringMatching(/not accepted: .*ALLOW_ALL_SUBJECTS/),
    };
    expect(ready.status).toBe(200);
    expect(bySubject(ready.body.degraded)).toEqual(
      new Map([
        ['*.made', { event: '*.made', ...degraded }],
        ['*.>', { event: '*.>', ...wide }],
      ]),
    );
    expect((await hukz.api.get(`/events/${ids[1]}`)).body.degraded).toEqual(degraded);
    await eventually(() => logged(hukz, 'intake.degraded').length === 2, { what: 'the lines' });
    expect((await hukz.api.patch(`/events/${ids[1]}`, { event: 'orders.made' })).body.degraded).toBeUndefined();
    await hukz.api.delete(`/events/${ids[2]}`);
    await hukz.api.webhook(`${kit.receiver.url}/all`, [ids[1] ?? 0]);
    kit.nats.publish('orders.made', '{}');
    await kit.receiver.waitFor(2);
  });

  it('applies to messages that were stored before it: a replay sends them to no webhook', async () => {
    const before = await kit.start();
    const id = await before.api.event('secret.made');
    const stored = await requestReceipt(kit.nats, { subject: 'secret.made', payload: '{}' });
    expect(stored.json()).toMatchObject({ message_id: expect.any(String) });
    await before.stop();
    const { api } = await kit.start(LIST);
    const webhook = await api.webhook(kit.receiver.url, [id]);
    const missing = { since: new Date(Date.now() - 60_000).toISOString(), outcome: 'missing' };
    const { body: job } = await api.post(`/webhooks/${webhook}/replay`, missing);
    expect(job.total).toBe(0);
    const ended = async () => (await api.get(`/replays/${job.id}`)).body;
    await eventually(async () => (await ended()).state === 'done', { what: 'the replay has ended' });
    expect([await ended(), kit.receiver.requests]).toEqual([expect.objectContaining({ done: 0 }), []]);
  });

  it('that allows none of the stored events makes the service not ready', async () => {
    const before = await kit.start();
    await before.api.event('secret.made');
    await before.stop();
    const ready = await (await kit.start(LIST)).api.get('/health/ready');
    expect([ready.status, ready.body.errors.intake]).toEqual([503, expect.stringMatching('EVENT_SUBJECTS')]);
  });

  it('is missed in production, in one line of the start', async () => {
    const production = { HUKZ_MODE: 'production' };
    expect(logged(await kit.start(production), 'events.any_subject')).toHaveLength(1);
    expect(logged(await kit.start({ ...production, ...LIST }), 'events.any_subject')).toEqual([]);
    expect(logged(await kit.start(), 'events.any_subject')).toEqual([]);
  });
});

describe('an answer', () => {
  it('goes to an inbox and nowhere else, and what is not answered is counted', async () => {
    const hukz = await kit.start();
    await hukz.api.webhook(kit.receiver.url, [await hukz.api.event('a.b')]);
    const heard: string[] = [];
    for (const subject of ['$JS.API.STREAM.DELETE.ORDERS', 'orders.created'])
      kit.nats.subscribe(subject, { callback: (_error, message) => void heard.push(message.subject) });
    const asking = headers();
    asking.set('Hukz-Receipt', '1');
    kit.nats.publish('a.b', '{}', { headers: asking, reply: '$JS.API.STREAM.DELETE.ORDERS' });
    kit.nats.publish('a.b', '{}', { headers: asking, reply: 'orders.created' });
    expect((await requestReceipt(kit.nats, { subject: 'a.b', payload: '{}' })).json()).toMatchObject({ webhooks: 1 });
    await kit.receiver.waitFor(3);
    await kit.nats.flush();
    expect(heard).toEqual([]);
    expect(await metric(hukz, 'hukz_receipts_refused_total')).toBe(2);
  });

  it('to a duplicate has no message id: the first message may be another publisher’s', async () => {
    const hukz = await kit.start();
    await hukz.api.event('a.b');
    const send = async () => {
      const withId = headers();
      withId.set('Nats-Msg-Id', '4711');
      return (await requestReceipt(kit.nats, { subject: 'a.b', payload: '{}' }, { headers: withId })).json();
    };
    expect(await send()).toEqual({ message_id: expect.any(String), webhooks: 0 });
    expect(await send()).toEqual({ message_id: null, webhooks: 0, duplicate: true });
  });
});
