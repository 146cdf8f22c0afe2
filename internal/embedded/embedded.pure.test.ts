import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { idsOf, isSigned, useEmitterKit } from '../testkit/embedded/use-emitter-kit.js';
import { eventually } from '../testkit/eventually.js';
import { fc } from '../testkit/properties.js';
import { makeCertificates } from '../testkit/servers/certificates.js';
import { startReceiver } from '../testkit/servers/receiver.js';

const kit = useEmitterKit();
const rejected = (promise: Promise<unknown>) =>
  promise.then(
    () => 'not refused',
    ({ code, message }: { readonly code: string; readonly message: string }) => ({ code, message }),
  );

describe('embedded emitters', () => {
  it('deliver all events in order to a receiver that was down and is up again', async () => {
    const down = await startReceiver();
    await down.stop();
    await kit.emitter.attach('e', 'x', kit.config({ url: down.url, maxRetries: 100 }));
    const ids = Array.from({ length: 20 }, (_, index) => `id-${index}`);
    for (const id of ids) await kit.emitter.emit('x', { id }, id);
    await eventually(() => kit.attempts.length >= 3, { what: 'failed requests' });
    const up = await startReceiver({}, down.port);
    try {
      expect(await kit.emitter.stop()).toEqual({ undelivered: [] });
      expect(idsOf(up.requests)).toEqual(ids);
      expect(up.requests.every((request) => isSigned(request))).toBe(true);
      expect(new Set(kit.attempts.map(({ requestId, outcome }) => `${requestId} ${outcome}`))).toContain('id-0 failed');
    } finally {
      await up.stop();
    }
  });

  it('do not wait for each other', async () => {
    const stuck = await startReceiver({ hang: true });
    try {
      await kit.emitter.attach('stuck', 'x', kit.config({ url: stuck.url }));
      await kit.emitter.attach('fine', 'x', kit.config());
      for (let n = 0; n < 10; n++) await kit.emitter.emit('x', n);
      await kit.receiver.waitFor(10);
      await eventually(() => kit.emitter.stats().queued === 10, { what: 'all events of the other one' });
      expect(stuck.requests).toHaveLength(1);
    } finally {
      await stuck.stop();
    }
  });

  it('pause when their receiver answers 410, and keep the events that wait', async () => {
    kit.receiver.behave((_, index) => ({ status: index === 0 ? 410 : 200 }));
    await kit.emitter.attach('e', 'x', kit.config());
    for (const id of ['gone', 'waits']) await kit.emitter.emit('x', {}, id);
    await eventually(async () => !(await kit.emitter.isStarted('e')), { what: 'the pause' });
    expect(kit.givenUp).toMatchObject([{ requestId: 'gone', because: 'gone', attempts: 1 }]);
    expect(kit.lines).toContainEqual(expect.objectContaining({ name: 'emitter.paused' }));
    expect(await kit.emitter.restart('e')).toBe('ok');
    expect(idsOf(await kit.receiver.waitFor(2))).toEqual(['gone', 'waits']);
  });

  it('give up and count the events of a detached emitter, also the one whose request was under way', async () => {
    let answer = (_status: number): void => undefined;
    kit.receiver.behave(() => new Promise((resolve) => (answer = (status) => resolve({ status }))));
    await kit.emitter.attach('e', 'x', kit.config());
    for (const id of ['sent', 'waits']) await kit.emitter.emit('x', {}, id);
    await kit.receiver.waitFor(1);
    await kit.emitter.detach('e');
    expect(kit.givenUp).toMatchObject([{ emitter: 'e', requestId: 'waits', because: 'detached', attempts: 0 }]);
    expect(await kit.emitter.attach('e', 'x', kit.config())).toBe('ok');
    const first = answer;
    await kit.emitter.emit('x', {}, 'of the next one');
    await kit.receiver.waitFor(2);
    first(500);
    answer(200);
    await kit.emitter.stop();
    expect(kit.givenUp[1]).toMatchObject({ emitter: 'e', requestId: 'sent', because: 'detached', attempts: 1 });
    expect(kit.emitter.stats()).toMatchObject({ delivered: 1, givenUp: 2, queued: 0, queuedBytes: 0 });
  });

  it('account for every event, in order, however their calls follow each other', async () => {
    const step = fc.constantFrom('attach', 'detach', 'pause', 'restart', 'emit', 'emit', 'emit', 'turn');
    const steps = fc.array(fc.record({ step, id: fc.constantFrom('a', 'b') }), { minLength: 10, maxLength: 60 });
    const failing = fc.array(fc.constantFrom(200, 503), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(steps, failing, async (calls, some) => {
        const answers = [200, ...some];
        kit.receiver.forget();
        kit.receiver.behave((_, index) => ({ status: answers[index % answers.length] ?? 200 }));
        const before = kit.givenUp.length;
        const emitter = kit.start({});
        let owed = 0;
        for (const [index, call] of calls.entries()) {
          if (call.step === 'attach')
            await emitter.attach(call.id, 'x', kit.config({ url: `${kit.receiver.url}/${call.id}`, maxRetries: 100 }));
          else if (call.step === 'turn') await new Promise(setImmediate);
          else if (call.step === 'emit') owed += (await emitter.emit('x', index, String(index))).webhooks;
          else await emitter[call.step](call.id);
        }
        for (const id of ['a', 'b']) await emitter.restart(id);
        expect(await emitter.stop()).toEqual({ undelivered: [] });
        const { delivered, givenUp, queued, queuedBytes, inFlight } = emitter.stats();
        expect([delivered + givenUp, queued, queuedBytes, inFlight]).toEqual([owed, 0, 0, 0]);
        expect(kit.givenUp.slice(before).every(({ because }) => because === 'detached')).toBe(true);
        for (const id of ['a', 'b']) {
          const order = idsOf(kit.receiver.requests.filter(({ url }) => url === `/${id}`)).map(Number);
          expect(order).toEqual(order.toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('stop within their time, and say what they could not deliver, in order', async () => {
    kit.receiver.behave((_, index) => (index === 0 ? {} : { hang: true }));
    await kit.emitter.attach('e', 'x', kit.config());
    for (const id of ['delivered', 'under way', 'waits']) await kit.emitter.emit('x', { id }, id);
    await kit.receiver.waitFor(2);
    const from = performance.now();
    const stopped = kit.emitter.stop(200);
    expect(await rejected(kit.emitter.emit('x', {}))).toMatchObject({ code: 'stopped' });
    const { undelivered } = await stopped;
    expect(performance.now() - from).toBeLessThan(2000);
    expect(undelivered.map(({ requestId, attempts }) => [requestId, attempts])).toEqual([
      ['under way', 1],
      ['waits', 0],
    ]);
    expect(undelivered[1]).toMatchObject({ emitter: 'e', event: 'x', payload: Buffer.from('{"id":"waits"}') });
    expect(await kit.emitter.stop()).toEqual({ undelivered });
    expect(kit.lines).toContainEqual({ level: 'warn', name: 'emitter.undelivered', fields: { events: 2 } });
  });

  it('stop at once if what waits is paused or will not be sent in time', async () => {
    kit.receiver.behave({ status: 500 });
    await kit.emitter.attach('late', 'x', kit.config({ backoff: { start: 60_000 } }));
    await kit.emitter.attach('paused', 'x', kit.config());
    await kit.emitter.pause('paused');
    await kit.emitter.emit('x', {});
    await eventually(() => kit.attempts.length === 1, { what: 'the failed request' });
    const from = performance.now();
    expect((await kit.emitter.stop(20_000)).undelivered.map(({ emitter }) => emitter)).toEqual(['late', 'paused']);
    expect(performance.now() - from).toBeLessThan(5000);
  });

  it('refuse what the bounded queue cannot keep: 100,000 events of 2 KB at a queue of 1,000', async () => {
    const emitter = kit.start({ maxQueued: 1000 });
    kit.receiver.behave({ hang: true });
    await emitter.attach('e', 'x', kit.config());
    const data = 'x'.repeat(2000);
    const before = heapUsed();
    let most = 0;
    const refusals = new Set<string>();
    let kept = 0;
    for (let n = 0; n < 100_000; n++) {
      const full = await emitter.emit('x', { data }).then(
        () => void kept++,
        (error: { code: string; message: string }) => error,
      );
      if (full) refusals.add(`${full.code}: ${full.message}`);
      if (n % 1000 === 0) most = Math.max(most, emitter.stats().queued);
    }
    expect([kept, most, emitter.stats().queued, emitter.stats().refused]).toEqual([1000, 1000, 1000, 99_000]);
    expect([...refusals]).toEqual([
      expect.stringMatching(/^full: .*1000 of 1000 \(maxQueued\).*needs 1 and \d+ bytes; emit it again later$/),
    ]);
    expect(kit.lines.filter(({ name }) => name === 'emitter.full')).toHaveLength(1);
    // 1,000 events have 4 MB with their envelopes; 100,000 would have 400 MB. Node frees buffers some time after a
    // collection.
    const isSmall = () => heapUsed() - before < 32 * 1024 * 1024;
    await eventually(isSmall, { what: 'a heap without the refused events' });
    kit.receiver.behave({});
    await emitter.stop(0);
    expect(emitter.stats()).toMatchObject({ queued: 0, queuedBytes: 0 });
  });

  it('log once that the queue is full, and once that half of it is free again', async () => {
    const emitter = kit.start({ maxQueued: 4 });
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    kit.receiver.behave((_, index) => (index === 0 ? {} : gate.then(() => ({}))));
    await emitter.attach('e', 'x', kit.config());
    const fill = async () => {
      for (let n = 0; n < 6; n++) await emitter.emit('x', n).catch(() => undefined);
    };
    const logged = () =>
      kit.lines.filter(({ name }) => name.includes('full')).map(({ name, fields }) => [name, fields]);
    await fill();
    await kit.receiver.waitFor(2);
    // One event was delivered, and the queue is filled up again: that is no news.
    await fill();
    expect(emitter.stats()).toMatchObject({ delivered: 1, queued: 4, refused: 7 });
    expect(logged()).toEqual([['emitter.full', {}]]);
    open();
    await eventually(() => emitter.stats().queued === 0, { what: 'an empty queue' });
    await emitter.emit('x', {});
    expect(logged()).toEqual([
      ['emitter.full', {}],
      ['emitter.not_full', { refused: 7 }],
    ]);
  });

  it('bound the bytes of what waits, and the letters that are kept', async () => {
    const emitter = kit.start({ maxQueuedBytes: 5000, maxDeadLetters: 2 });
    kit.receiver.behave({ status: 500 });
    await emitter.attachMany('e', ['x', 'y'], kit.config({ maxRetries: 1 }));
    await emitter.attach('f', 'y', kit.config());
    await emitter.pause('f');
    expect(await rejected(emitter.emit('y', 'x'.repeat(3000)))).toMatchObject({ code: 'full' });
    for (let n = 0; n < 5; n++) await emitter.emit('x', n, String(n));
    await eventually(() => kit.givenUp.length === 5, { what: 'five letters' });
    expect(emitter.deadLetters().map(({ requestId }) => requestId)).toEqual(['3', '4']);
    expect(emitter.stats()).toMatchObject({ queued: 0, givenUp: 5, deadLettersDropped: 3, refused: 1 });
  });

  it('go on when an observer throws', async () => {
    const onAttempt = () => {
      throw new Error('a mistake of the application');
    };
    const emitter = kit.start({ onAttempt });
    await emitter.attach('e', 'x', kit.config());
    for (let n = 0; n < 3; n++) await emitter.emit('x', n);
    await kit.receiver.waitFor(3);
    expect(await emitter.stop()).toEqual({ undelivered: [] });
    const fields = { observer: 'onAttempt', error: 'a mistake of the application' };
    expect(kit.lines).toContainEqual({ level: 'warn', name: 'emitter.observer_failed', fields });
  });

  it('send bytes unchanged, and values as JSON', async () => {
    await kit.emitter.attach('e', 'x', kit.config());
    const bytes = Buffer.from('{ "id": 12345678901234567890 }');
    for (const payload of [bytes, Buffer.from([0xff, 0]), 'text', null]) await kit.emitter.emit('x', payload);
    const requests = await kit.receiver.waitFor(4);
    expect(requests.map(({ body, headers }) => [body.toString('latin1'), headers['content-type']])).toEqual([
      [bytes.toString(), 'application/json'],
      ['\xff\0', 'application/octet-stream'],
      ['"text"', 'application/json'],
      ['null', 'application/json'],
    ]);
  });

  it('check certificates, unless an emitter is insecure', async () => {
    const { server } = makeCertificates();
    const secure = await startReceiver({}, 0, server);
    try {
      await kit.emitter.attach('strict', 'x', kit.config({ url: secure.url, maxRetries: 1 }));
      await kit.emitter.attach('lax', 'x', kit.config({ url: secure.url, allowInsecure: true }));
      await kit.emitter.emit('x', {});
      await kit.emitter.stop();
      expect(kit.attempts.map(({ emitter, outcome }) => `${emitter} ${outcome}`).sort()).toEqual([
        'lax delivered',
        'strict dead',
      ]);
      expect(secure.requests).toHaveLength(1);
    } finally {
      await secure.stop();
    }
  });
});

describe('a call that is not valid', () => {
  const attach = (config: object) => kit.emitter.attach('e', 'x', config as never);

  it.each([
    [{ url: 'ftp://example.com' }, 'config.url: must be http or https'],
    [{ url: 'nothing' }, 'config.url: must be an http or https URL'],
    [
      { url: 'https://me:pw@example.com' },
      'config.url: must not contain a user or a password; send them in additionalHeaders.authorization',
    ],
    [{ url: 'http://10.1.2.3/' }, 'config.url: 10.1.2.3 is not a public address; allowNetworks can allow it'],
    [{ secret: 'short' }, 'config.secret: must be 8 to 256 printable ASCII characters'],
    [
      { headerIdentifier: 'a b' },
      'config.headerIdentifier: must be 1 to 64 letters, digits and dashes, and may not begin or end with a dash',
    ],
    [{ maxRetries: 0 }, 'config.maxRetries: must be a whole number from 1 to 100'],
    [{ backoff: { start: 10, limit: 5 } }, 'config.backoff.start: must be a whole number from 1 to 5'],
    [{ backoff: { max: 5 } }, 'config.backoff: there is no "max"; the members are start, limit'],
    [{ requestTimeout: '5s' }, 'config.requestTimeout: must be a whole number from 1 to 600000'],
    [
      { retries: 3 },
      'config: there is no "retries"; the members are url, secret, headerIdentifier, maxRetries, requestTimeout, additionalHeaders, allowInsecure, backoff',
    ],
    [{ additionalHeaders: { 'user-agent': 'x' } }, 'config.additionalHeaders: "user-agent" is a header that hukz sets'],
    [
      { additionalHeaders: { 'X-Webhooks-Event': 'x' } },
      'config.additionalHeaders: "X-Webhooks-Event" is set by the emitter, or is there twice',
    ],
    [
      { additionalHeaders: { 'x-team': 'a\nb' } },
      'config.additionalHeaders.x-team: must be 1 to 4096 visible ASCII characters',
    ],
    [{ allowInsecure: 'yes' }, 'config.allowInsecure: must be true or false'],
  ])('says what is wrong: %j', async (config, message) => {
    expect(await rejected(attach({ ...kit.config(), ...config }))).toEqual({ code: 'invalid', message });
    expect(await kit.emitter.list()).toEqual([]);
  });

  it('is refused for ids, events, payloads and request ids', async () => {
    const { emitter } = kit;
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const calls: readonly [Promise<unknown>, string][] = [
      [emitter.attach('No', 'x', kit.config()), 'id: '],
      [emitter.attach('e', 'a b', kit.config()), 'events: "a b" is not an event: tokens of a subject'],
      [emitter.attachMany('e', [], kit.config()), 'events: must be a list of at least one event'],
      [emitter.emit('a.*', {}), 'event: an emitted event has no wildcards'],
      [emitter.emit('x', loop), 'payload: cannot be written as JSON'],
      [emitter.emit('x', undefined), 'payload: must be a value that JSON can express'],
      [emitter.emit('x', {}, 'é'), 'requestId: an id is 1 to 255 printable ASCII characters'],
    ];
    for (const [call, message] of calls)
      expect(await rejected(call)).toEqual({ code: 'invalid', message: expect.stringContaining(message) });
    expect(() => kit.start({ maxQueue: 5 } as never)).toThrow('options: there is no "maxQueue"');
    expect(() => kit.start({ allowNetworks: ['localhost'] })).toThrow('"localhost" is not a range such as 10.0.0.0/8');
  });

  it('to a private address is refused unless its network is allowed, whatever allowInsecure says', async () => {
    const strict = kit.start({ allowNetworks: [] });
    for (const url of ['http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1', 'http://169.254.169.254/'])
      expect(await rejected(strict.attach('e', 'x', { url, allowInsecure: true }))).toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('allowNetworks can allow it'),
      });
  });
});

/** Bytes of the heap after a collection of garbage. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}
