import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import { newerNatsServer } from '../../../testkit/servers/newer-nats.js';
import { linesOf, readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

describe('a stream of others', () => {
  it.each(['workqueue', 'interest'])(
    'with %s retention is refused before anything is stored or taken',
    async (retention) => {
      await kit.serve();
      await kit.stream('JOBS', { retention });
      await kit.consumer('JOBS', 'theirs', {});
      await kit.publish('jobs.done', 10);
      const { api } = await kit.start({ HUKZ_DELIVER_POLICY: 'all' });
      await expect(api.event('jobs.done')).rejects.toThrow(new RegExp(`422.*retention is .*${retention}.*republish`));
      expect((await api.get('/events')).body.total).toBe(0);
      expect((await kit.jsm.streams.info('JOBS')).state).toMatchObject({ messages: 10, consumer_count: 1 });
    },
  );

  it('that becomes one that cannot be read degrades its event alone, before and after a restart', async () => {
    await kit.serve();
    await kit.stream('JOBS');
    await kit.stream('ORDERS');
    const first = await kit.start();
    const ids = [
      await first.api.event('jobs.done'),
      await first.api.event('orders.made'),
      await first.api.event('a.b'),
    ];
    await first.api.webhook(kit.receiver.url, ids);
    await kit.stopLast();
    await kit.jsm.streams.delete('JOBS');
    await kit.stream('JOBS', { retention: 'workqueue' });
    const second = await kit.start();
    const hit = { event: 'jobs.done', reason: 'stream_unsuitable', problem: expect.stringContaining('workqueue') };
    expect(await readinessOf(second)).toEqual({ status: 200, degraded: [hit], errors: undefined });
    await second.api.webhook(kit.receiver.url, [await second.api.event('c.d')]);
    for (const subject of ['orders.made', 'a.b', 'c.d']) await kit.publish(subject, 5);
    await kit.receiver.waitFor(15);
    expect(linesOf(second, 'nats.connected')).toHaveLength(1);
    await eventually(() => linesOf(second, 'intake.degraded').length > 0, { what: 'the line' });
    expect(linesOf(second, 'intake.degraded').map(({ fields }) => fields)).toEqual([hit]);
  });

  it('whose consumers are used up is refused, in the words of the server and with what to do', async () => {
    await kit.serve();
    await kit.stream('ORDERS', { max_consumers: 1 });
    await kit.consumer('ORDERS', 'theirs', {});
    const { api } = await kit.start();
    await expect(api.event('orders.made')).rejects.toThrow(/422.*maximum consumers limit reached.*raise max_consumers/);
    expect((await api.get('/events')).body.total).toBe(0);
    await kit.jsm.consumers.delete('ORDERS', 'theirs');
    await api.webhook(kit.receiver.url, [await api.event('orders.made')]);
    await kit.publish('orders.made', 5);
    await kit.receiver.waitFor(5);
  });

  it('that refuses our consumer for a while is tried again automatically', async () => {
    await kit.serve();
    await kit.stream('ORDERS', { max_consumers: 1 });
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made'), await app.api.event('a.b')]);
    const [durable = ''] = await kit.jsm.consumers
      .list('ORDERS')
      .next()
      .then((page) => page.map(({ name }) => name));
    await kit.jsm.consumers.delete('ORDERS', durable);
    await kit.consumer('ORDERS', 'theirs', {});
    const isHit = async () => (await readinessOf(app)).degraded[0]?.reason === 'consumer_refused';
    await eventually(isHit, { what: 'the degradation', timeoutMs: 10_000 });
    await kit.publish('a.b', 5);
    await kit.receiver.waitFor(5);
    await kit.jsm.consumers.delete('ORDERS', 'theirs');
    const isWell = async () => (await readinessOf(app)).degraded.length === 0;
    await eventually(isWell, { what: 'the end of it', timeoutMs: 10_000 });
    await kit.publish('orders.made', 5);
    await kit.receiver.waitFor(10);
    expect(linesOf(app, 'nats.connected')).toHaveLength(1);
  });
});

describe('our own stream', () => {
  const limits = (text: string) => `
accounts { A: { jetstream: { ${text} }, users: [{ user: a, password: a }] } }
no_auth_user: a`;

  it.each([
    ['jetstream { limits { duplicate_window: "30s" } }', {}, /server limit of 30s.*lower DUPLICATE_WINDOW/],
    ['', { HUKZ_STREAM_REPLICAS: '3' }, /STREAM_REPLICAS=1/],
    [limits('max_store: 10MB, max_mem: 10MB'), { HUKZ_STREAM_MAX_BYTES: '100MiB' }, /lower STREAM_MAX_BYTES/],
    [limits('max_store: 10MB, max_mem: 10MB, max_bytes_required: true'), {}, /set STREAM_MAX_BYTES/],
    [limits('max_streams: 1, max_store: 10MB, max_mem: 10MB'), {}, /raise max_streams/],
  ])(
    'that the server refuses (%s %p) is a 422 that names the key; events of other streams are taken',
    async (config, more, words) => {
      await kit.serve(config);
      await kit.stream('ORDERS', { duplicate_window: 1e9, max_bytes: 1 << 20 });
      const { api } = await kit.start(more);
      const refused = await api.post('/events', { name: 'x', event: 'a.b' });
      expect([refused.status, refused.body.errors[0].message]).toEqual([422, expect.stringMatching(words)]);
      await api.webhook(kit.receiver.url, [await api.event('orders.made')]);
      await kit.publish('orders.made', 5);
      await kit.receiver.waitFor(5);
      expect((await api.get('/events')).body.total).toBe(1);
    },
  );

  it.each(['workqueue', 'interest'])(
    'whose name a stream with the retention %s has is not read: the event is refused, and nothing leaves that stream',
    async (retention) => {
      await kit.serve();
      await kit.stream('HUKZ', { retention, subjects: ['jobs.>'] });
      await kit.consumer('HUKZ', 'workers');
      await kit.stream('ORDERS');
      await kit.publish('jobs.todo', 20);
      const app = await kit.start();
      for (const event of ['jobs.done', 'a.b']) {
        const made = await app.api.post('/events', { name: 'x', event });
        expect([made.status, made.body.errors[0].message]).toEqual([422, expect.stringContaining('set NATS_STREAM')]);
      }
      await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
      await kit.publish('orders.made', 5);
      await kit.receiver.waitFor(5);
      const { state, config } = await kit.jsm.streams.info('HUKZ');
      expect([state.messages, state.consumer_count, config.subjects]).toEqual([20, 1, ['jobs.>']]);
    },
  );

  it('that was replaced by a work queue while hukz was away is left alone, and hukz is not ready', async () => {
    await kit.serve();
    await (await kit.start()).api.event('jobs.done');
    await kit.stopLast();
    await kit.jsm.streams.delete('HUKZ');
    await kit.stream('HUKZ', { retention: 'workqueue', subjects: ['jobs.done'] });
    await kit.publish('jobs.done', 20);
    const app = await kit.start();
    const { status, degraded } = await readinessOf(app);
    expect([status, degraded[0]]).toEqual([503, expect.objectContaining({ reason: 'stream_unsuitable' })]);
    const { state } = await kit.jsm.streams.info('HUKZ');
    expect([state.messages, state.consumer_count]).toEqual([20, 0]);
  });

  it('whose new settings the server refuses is read all the same, with new events too, and says so', async () => {
    await kit.serve(limits('max_store: 10MB, max_mem: 10MB'));
    await (await kit.start()).api.event('a.b');
    await kit.stopLast();
    const app = await kit.start({ HUKZ_STREAM_MAX_BYTES: '100MiB' });
    await app.api.webhook(kit.receiver.url, [1, await app.api.event('c.d')]);
    for (const subject of ['a.b', 'c.d']) await kit.publish(subject, 5);
    await kit.receiver.waitFor(10);
    const { status, degraded } = await readinessOf(app);
    expect(status).toBe(200);
    expect(degraded).toEqual([
      { reason: 'stream_refused', problem: expect.stringContaining('lower STREAM_MAX_BYTES') },
    ]);
  });
});

describe('fewer unacknowledged messages than we would like', () => {
  it.each([
    ['by the server', 'jetstream { limits { max_ack_pending: 1000 } }'],
    [
      'by the account',
      'accounts { A: { jetstream: { max_ack_pending: 1000, max_store: 10MB, max_mem: 10MB }, users: [{ user: a, password: a }] } }\nno_auth_user: a',
    ],
  ])('allowed %s are used', async (_, config) => {
    await kit.serve(config);
    await kit.stream('ORDERS');
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made'), await app.api.event('a.b')]);
    for (const subject of ['a.b', 'orders.made']) await kit.publish(subject, 5);
    await kit.receiver.waitFor(10);
    expect((await kit.jsm.consumers.info('HUKZ', 'hukz')).config.max_ack_pending).toBe(1000);
    expect((await readinessOf(app)).degraded).toEqual([]);
    const lines = linesOf(app, 'stream.fewer_pending').map(({ fields }) => fields);
    expect(lines).toContainEqual({ stream: 'HUKZ', consumer: 'hukz', wanted: 50_000, allowed: 1000 });
  });

  it('can be set', async () => {
    await kit.serve();
    await (await kit.start({ HUKZ_MAX_ACK_PENDING: '700' })).api.event('a.b');
    expect((await kit.jsm.consumers.info('HUKZ', 'hukz')).config.max_ack_pending).toBe(700);
  });
});

describe('pulls', () => {
  it('adapt to what the server allows', async () => {
    await kit.serve('jetstream { limits { max_request_batch: 500 } }');
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.b')]);
    await kit.publish('a.b', 600);
    await kit.receiver.waitFor(600, 15_000);
    expect((await readinessOf(app)).degraded).toEqual([]);
  });

  it.each([{ max_batch: 100 }, { max_expires: 5e9 }, { max_bytes: 2000 }, { max_waiting: 1 }])(
    'adapt to a durable of our name that was made with %p',
    async (config) => {
      await kit.serve();
      await kit.jsm.streams.add({ name: 'HUKZ', subjects: ['a.>'] });
      await kit.consumer('HUKZ', 'hukz', config);
      const app = await kit.start();
      await app.api.webhook(kit.receiver.url, [await app.api.event('a.>')]);
      await kit.publish('a.b', 200);
      await kit.receiver.waitFor(200, 15_000);
      expect((await readinessOf(app)).degraded).toEqual([]);
    },
    30_000,
  );

  it('whose answers we may not subscribe to, since the connection has its maximum of subscriptions, are reported', async () => {
    await kit.serve('max_subscriptions: 3');
    await kit.stream('ORDERS');
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.b')]);
    await app.api.event('orders.made');
    const isTold = async () => (await readinessOf(app)).degraded[0]?.event === 'orders.made';
    await eventually(isTold, { what: 'the degradation', timeoutMs: 20_000 });
    const { status, degraded } = await readinessOf(app);
    expect([status, degraded[0]]).toEqual([200, expect.objectContaining({ reason: 'pull_refused' })]);
    await kit.publish('a.b', 5);
    await kit.receiver.waitFor(5);
  });

  it.each([
    ['$JS.API.CONSUMER.MSG.NEXT.>', 'got no answer'],
    ['$JS.ACK.>', '10 messages are unacknowledged'],
  ])(
    'that our user may not make (%s) are reported',
    async (forbidden, words) => {
      await kit.serve(`
authorization { users: [
  { user: hukz, password: pw, permissions: { publish: { deny: ["${forbidden}"] } } }
  { user: all, password: pw }
] }
no_auth_user: all`);
      const login = { HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'pw' };
      const app = await kit.start({ HUKZ_MAX_ACK_PENDING: '10', ...login });
      await app.api.event('a.b');
      await kit.publish('a.b', 50);
      const isTold = async () => (await readinessOf(app)).errors?.intake?.includes(words);
      await eventually(isTold, { what: 'the words', timeoutMs: 30_000 });
    },
    50_000,
  );

  it('that the server refuses for another reason are reported', async () => {
    await kit.serve();
    await kit.jsm.streams.add({ name: 'HUKZ', subjects: ['a.>'] });
    await kit.consumer('HUKZ', 'hukz', { max_bytes: 1000 });
    const app = await kit.start();
    await app.api.event('a.>');
    kit.nats.publish('a.b', Buffer.alloc(5000));
    const words = 'Message Size Exceeds MaxBytes';
    await eventually(async () => (await readinessOf(app)).errors?.intake?.includes(words), { what: 'the words' });
    await eventually(() => linesOf(app, 'intake.degraded').length > 0, { what: 'the line' });
    const fields = { event: 'a.>', reason: 'pull_refused', problem: expect.stringContaining(words) };
    expect(linesOf(app, 'intake.degraded')[0]?.fields).toEqual(fields);
  });
});

describe('a consumer of our name that was there before', () => {
  it.each([
    { filter_subject: 'a.x' },
    { max_deliver: 1 },
    { headers_only: true },
    { inactive_threshold: 60e9 },
    { max_deliver: 5, backoff: [1e9, 2e9] },
    { ack_wait: 1e9 },
    { max_ack_pending: 1 },
  ])('with %p is put right', async (config) => {
    await kit.serve();
    await kit.jsm.streams.add({ name: 'HUKZ', subjects: ['a.>'] });
    await kit.consumer('HUKZ', 'hukz', config);
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.>')]);
    await kit.publish('a.b', 5);
    await kit.receiver.waitFor(5);
    const { payload } = JSON.parse(String(kit.receiver.requests[0]?.body));
    expect(payload).toEqual({ n: 0 });
    expect((await readinessOf(app)).degraded).toEqual([]);
    expect(linesOf(app, 'stream.consumer_changed')).toHaveLength(1);
  });

  it.each([
    { ack_policy: 'none' },
    { ack_policy: 'all' },
    { replay_policy: 'original' },
    { deliver_subject: 'pushed.to' },
  ])(
    'with %p is told, and nothing is taken from it half',
    async (config) => {
      await kit.serve();
      await kit.jsm.streams.add({ name: 'HUKZ', subjects: ['a.>'] });
      await kit.consumer('HUKZ', 'hukz', config);
      const app = await kit.start();
      await expect(app.api.event('a.>')).rejects.toThrow(/422.*nats consumer rm HUKZ hukz/);
      await kit.stream('ORDERS');
      await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made')]);
      await kit.publish('orders.made', 5);
      await kit.receiver.waitFor(5);
      await kit.jsm.consumers.delete('HUKZ', 'hukz');
      await app.api.event('a.>');
    },
    20_000,
  );
});

it('a consumer whose tolerable settings our user may not put right is read, with one warning', async () => {
  await kit.serve(`
authorization { users: [
  { user: hukz, password: pw, permissions: { publish: { deny: ["$JS.API.CONSUMER.DURABLE.CREATE.>", "$JS.API.CONSUMER.CREATE.>"] } } }
  { user: all, password: pw }
] }
no_auth_user: all`);
  await kit.jsm.streams.add({ name: 'HUKZ', subjects: ['a.>'] });
  await kit.consumer('HUKZ', 'hukz', { ack_wait: 1e9 });
  const app = await kit.start({ HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'pw' });
  await app.api.webhook(kit.receiver.url, [await app.api.event('a.>')]);
  await kit.publish('a.b', 5);
  await kit.receiver.waitFor(5);
  const fields = { stream: 'HUKZ', consumer: 'hukz', error: expect.stringContaining('lacks a permission') };
  const lines = linesOf(app, 'stream.consumer_kept');
  expect(lines[0]?.fields).toEqual({ ...fields, fields: expect.arrayContaining(['ack_wait']) });
  expect(lines).toHaveLength(1);
});

const newer = newerNatsServer();
const itOnNewer = newer === undefined ? it.skip : it;

describe('a nats-server from 2.10 on', () => {
  const transform = { subject_transform: { src: 'shop.>', dest: 'stored.shop.>' } };

  itOnNewer(
    'that stores messages under another subject fires that one, and refuses the other with its name',
    async () => {
      await kit.serve('', newer);
      await kit.stream('SHOP', transform);
      await kit.stream('COPIES', {
        subjects: [],
        sources: [{ name: 'SHOP', subject_transforms: [{ src: 'stored.>', dest: 'copy.>' }] }],
      });
      const app = await kit.start();
      await expect(app.api.event('shop.order')).rejects.toThrow(/422.*register \\"stored\.shop\.order/);
      await app.api.webhook(kit.receiver.url, [
        await app.api.event('stored.shop.order'),
        await app.api.event('copy.shop.order'),
      ]);
      await kit.publish('shop.order', 5);
      await kit.publish('stored.shop.order', 1);
      await kit.receiver.waitFor(11);
      expect((await readinessOf(app)).degraded).toEqual([]);
    },
  );

  itOnNewer('that begins to store our own messages under another subject is put right', async () => {
    await kit.serve('', newer);
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('a.b')]);
    const { config } = await kit.jsm.streams.info('HUKZ');
    await kit.stopLast();
    await kit.jsm.streams.update('HUKZ', { ...config, subject_transform: { src: 'a.>', dest: 'b.>' } });
    await kit.start();
    await kit.publish('a.b', 5);
    await kit.receiver.waitFor(5);
  });

  itOnNewer(
    'that pauses our consumer is told',
    async () => {
      await kit.serve('', newer);
      const app = await kit.start();
      await app.api.webhook(kit.receiver.url, [await app.api.event('a.b')]);
      await kit.jsm.consumers.pause('HUKZ', 'hukz', new Date(Date.now() + 3_600_000));
      const isTold = async () => (await readinessOf(app)).errors?.intake?.includes('paused');
      await eventually(isTold, { what: 'the words', timeoutMs: 15_000 });
      await kit.jsm.consumers.resume('HUKZ', 'hukz');
      await eventually(async () => (await readinessOf(app)).status === 200, { what: 'ready again', timeoutMs: 15_000 });
      await kit.publish('a.b', 5);
      await kit.receiver.waitFor(5);
    },
    40_000,
  );
});
