import { beforeEach, describe, expect, it } from '@jest/globals';
import { Hukz, HukzError } from 'hukz-client';
import { type Emitter, type EmitterConfig, EmitterError, overNats, startEmitter } from 'hukz-client/emitter';
import { connect, headers } from 'nats';
import { idsOf, SECRET } from '../../../../internal/testkit/embedded/use-emitter-kit.js';
import {
  type ExamplesKit,
  itDoesTheExamples,
} from '../../../../internal/testkit/embedded/webhooks-emitter-examples.js';
import { eventually } from '../../../../internal/testkit/eventually.js';
import { useAppKit } from '../../../../internal/testkit/kits/use-app-kit.js';
import { startTestNats } from '../../../../internal/testkit/servers/test-nats.js';

const app = useAppKit();

let spaces = 100;
const newHukz = (space = spaces++) => new Hukz({ url: `http://127.0.0.1:${app.hukz.app.port}`, user: 1, space });
const config = (more?: Partial<EmitterConfig>): EmitterConfig => ({
  url: app.receiver.url,
  secret: SECRET,
  backoff: { start: 2, limit: 20 },
  ...more,
});
const nats = () => overNats({ connection: app.nats, headers });

async function refusalOf(work: Promise<unknown>): Promise<EmitterError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof EmitterError) return error;
  throw new Error('no EmitterError', { cause: error });
}

/** Emitters in a space of their own for each test. */
function useServiceKit(make: (hukz: Hukz) => Emitter): ExamplesKit {
  let emitter: Emitter;
  beforeEach(() => {
    emitter = make(newHukz());
  });
  return {
    config,
    get receiver() {
      return app.receiver;
    },
    get emitter() {
      return emitter;
    },
  };
}

describe('the examples of WebhooksEmitter on a service, over HTTP', () => {
  itDoesTheExamples(useServiceKit((hukz) => startEmitter(hukz)));
});

describe('the examples of WebhooksEmitter on a service, over NATS', () => {
  itDoesTheExamples(useServiceKit((hukz) => startEmitter(hukz, { publish: nats() })));
});

describe('emitters on a service', () => {
  it('are webhooks whose keys have the namespace and the id', async () => {
    const hukz = newHukz();
    const emitter = startEmitter(hukz, { namespace: 'shop' });
    await emitter.attach('orders/mail', 'some_event', config({ maxRetries: 5, allowInsecure: true }));
    expect(await hukz.webhooks.get('key:emitter/shop/orders/mail')).toMatchObject({
      format: 'raw',
      ordering: 'webhook',
      signature: { scheme: 'webhooks-emitter', prefix: 'Webhooks' },
      timeout: '5s',
      retry: { schedule: { start: '2ms', factor: 2, cap: '13ms', tries: 4 }, jitter: 0.5 },
      tls: { insecure: true },
      tags: { emitter: 'shop' },
    });
    expect(await startEmitter(hukz).list()).toEqual([]);
    expect(await startEmitter(hukz, { namespace: 'shop' }).list()).toEqual(['orders/mail']);
  });

  it('are one per id when many programs attach it at the same time', async () => {
    const hukz = newHukz();
    const attach = () => startEmitter(hukz).attach('shared', `at_once_${hukz.space}`, config());
    const attached = await Promise.all(Array.from({ length: 5 }, attach));
    expect(attached.sort()).toEqual(['already_exists', 'already_exists', 'already_exists', 'already_exists', 'ok']);
  });

  it('keep the order of emit, although nothing is awaited and receivers fail', async () => {
    const emitter = startEmitter(newHukz());
    app.receiver.behave((_, index) => ({ status: index === 1 || index === 4 ? 500 : 200 }));
    await emitter.attach('e', 'in_order', config({ maxRetries: 10 }));
    const ids = Array.from({ length: 50 }, (_, n) => `id-${n}`);
    const emitted = await Promise.all(ids.map((id) => emitter.emit('in_order', { id }, id)));
    expect(emitted.map(({ webhooks }) => webhooks)).toEqual(ids.map(() => 1));
    await eventually(() => new Set(idsOf(app.receiver.requests)).size === ids.length, { what: 'all events' });
    expect([...new Set(idsOf(app.receiver.requests))]).toEqual(ids);
    expect(await emitter.stop()).toEqual({ undelivered: [] });
    expect((await refusalOf(emitter.emit('in_order', {}))).code).toBe('stopped');
  });

  it('send bytes unchanged, and events of one batch that nobody has to none', async () => {
    const emitter = startEmitter(newHukz());
    await emitter.attach('e', 'bytes', config());
    const payload = new TextEncoder().encode('{"id":9007199254740993}');
    const emitted = await Promise.all([
      emitter.emit('bytes', payload),
      emitter.emit('bytes', payload),
      emitter.emit('of_nobody', {}),
    ]);
    expect(emitted.map(({ webhooks }) => webhooks)).toEqual([1, 1, 0]);
    expect(await emitter.emit('of_nobody', {})).toMatchObject({ webhooks: 0 });
    const [request] = await app.receiver.waitFor(2);
    expect(request?.body.toString()).toBe('{"id":9007199254740993}');
  });

  it('pause when their receiver answers 410, and continue', async () => {
    const emitter = startEmitter(newHukz());
    app.receiver.behave((_, index) => ({ status: index === 0 ? 410 : 200 }));
    await emitter.attach('e', 'gone_once', config());
    for (const id of ['gone', 'waits']) await emitter.emit('gone_once', {}, id);
    await eventually(async () => !(await emitter.isStarted('e')), { what: 'the pause' });
    expect(await emitter.restart('e')).toBe('ok');
    expect(idsOf(await app.receiver.waitFor(2))).toEqual(['gone', 'waits']);
  });

  it.each<[string, (emitter: Emitter) => Promise<unknown>, string | undefined, RegExp]>([
    ['an id', (e) => e.attach('Ä', 'x', config()), 'id', /1 to 100 characters/],
    ['a URL', (e) => e.attach('e', 'x', { url: 'nowhere' }), 'config.url', /http or https/],
    ['a URL that the service refuses', (e) => e.attach('e', 'x', config({ url: 'http://[' })), 'config.url', /URL/],
    ['a port', (e) => e.attach('e', 'new_x', config({ url: 'http://127.0.0.1:0/' })), 'config.url', /port/],
    ['a secret', (e) => e.attach('e', 'new_x', config({ secret: 'short' })), 'config.secret', /8 to 256/],
    [
      'a header',
      (e) => e.attach('e', 'new_x', config({ additionalHeaders: { Host: 'x' } })),
      'config.additionalHeaders',
      /Host/,
    ],
    [
      'a prefix',
      (e) => e.attach('e', 'new_x', config({ headerIdentifier: 'a b' })),
      'config.headerIdentifier',
      /letters/,
    ],
    ['a time', (e) => e.attach('e', 'new_x', config({ requestTimeout: 600_000 })), 'config.requestTimeout', /./],
    [
      'an unknown member',
      (e) => e.attach('e', 'x', { ...config(), retries: 1 } as EmitterConfig),
      'config',
      /"retries"/,
    ],
    ['an event to attach', (e) => e.attachMany('e', ['new_x', 'a..b'], config()), 'events', /a\.\.b/],
    ['an event with wildcards', (e) => e.emit('x.*', {}), 'event', /wildcards/],
    ['a request id', (e) => e.emit('x', {}, ' '), 'requestId', /printable/],
    ['a payload', (e) => e.emit('x', 1n), 'payload', /JSON/],
    ['a time to stop', (e) => e.stop(-1), 'timeoutMs', /whole number/],
  ])('refuse %s, and register nothing', async (_, call, source, sentence) => {
    const hukz = newHukz();
    const error = await refusalOf(call(startEmitter(hukz)));
    expect([error.code, error.source]).toEqual(['invalid', source]);
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain(SECRET);
    const events = await hukz.events.list().take(1000);
    expect(events.map(({ event }) => event)).not.toContain('new_x');
    expect((await hukz.webhooks.list()).total).toBe(0);
  });

  it('refuse options that do not exist', () => {
    expect(() => startEmitter(newHukz(), { namespace: 'a/b' })).toThrow('options.namespace: must be 1 to 16');
    expect(() => startEmitter(newHukz(), { publish: 'nats' as never })).toThrow('options.publish: must be a function');
  });

  it('say that the service is away, and do not take the 404 of another service for an absent emitter', async () => {
    const away = startEmitter(new Hukz({ url: 'http://127.0.0.1:1', user: 1, retry: false }));
    await expect(away.emit('x', {})).rejects.toMatchObject({ code: 'network' });
    const wrong = startEmitter(new Hukz({ url: `http://127.0.0.1:${app.hukz.app.port}/elsewhere`, user: 1 }));
    await expect(wrong.detach('e')).rejects.toBeInstanceOf(HukzError);
    await expect(wrong.emit('x', {})).rejects.toBeInstanceOf(HukzError);
  });

  it('stop although the service does not answer, and say that the event may have been accepted', async () => {
    const hanging = new Hukz({
      url: 'http://127.0.0.1:1',
      user: 1,
      fetch: (_, { signal }) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    });
    const emitter = startEmitter(hanging);
    const emitted = refusalOf(emitter.emit('x', {}));
    expect(await emitter.stop(0)).toEqual({ undelivered: [] });
    expect(await emitted).toMatchObject({ code: 'stopped', message: expect.stringContaining('may have accepted') });
  });
});

describe('emitters over NATS', () => {
  it('reject what no instance of hukz has accepted', async () => {
    const emitter = startEmitter(newHukz(), { publish: nats() });
    await expect(emitter.emit('nobody.listens', {})).rejects.toMatchObject({ code: '503' });
    const service = app.nats.subscribe('other.service', { callback: (_, message) => message.respond('hello') });
    expect((await refusalOf(emitter.emit('other.service', {}))).message).toContain('another service replies');
    service.unsubscribe();
  });

  it('do not know the number of webhooks if a stream has the event first', async () => {
    const server = await startTestNats({ jetstream: true });
    const connection = await connect({ servers: server.url });
    try {
      const streams = await connection.jetstreamManager();
      await streams.streams.add({ name: 'EVENTS', subjects: ['some_event'], max_msg_size: 100 });
      const emitter = startEmitter(newHukz(), { publish: overNats({ connection, headers }) });
      expect(await emitter.emit('some_event', {}, 'own')).toEqual({ requestId: 'own', webhooks: null });
      const refused = await refusalOf(emitter.emit('some_event', 'x'.repeat(200)));
      expect([refused.code, refused.message]).toEqual(['refused', expect.stringContaining('message size')]);
    } finally {
      await connection.close();
      await server.stop();
    }
  });
});
