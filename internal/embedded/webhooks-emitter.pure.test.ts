import { describe, expect, it } from '@jest/globals';
import { idsOf, isSigned, SECRET, useEmitterKit } from '../testkit/embedded/use-emitter-kit.js';
import { startRawReceiver } from '../testkit/servers/raw-receiver.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const kit = useEmitterKit();

describe('the examples of WebhooksEmitter', () => {
  it('1: a configuration needs no more than a URL', async () => {
    const config = { url: kit.receiver.url };
    expect(await kit.emitter.attach('my_emitter', 'some_event', config)).toBe('ok');
    await kit.emitter.emit('some_event', { data: 'foobar' });
    const [request] = await kit.receiver.waitFor(1);
    expect(request).toMatchObject({ method: 'POST', url: '/' });
    expect(request?.headers).toMatchObject({ 'x-webhooks-event': 'some_event', 'content-type': 'application/json' });
    // Without a secret, WebhooksEmitter sends event and delivery, and no signature.
    expect(request?.headers['x-webhooks-delivery']).toMatch(UUID);
    expect(request?.headers).not.toHaveProperty('x-webhooks-signature');
  });

  it('2: an emitter is attached to some event, or to a list of events', async () => {
    expect(await kit.emitter.attach('my_emitter', 'some_event', kit.config())).toBe('ok');
    expect(await kit.emitter.attachMany('another', ['some_event', 'other_event'], kit.config())).toBe('ok');
    expect(await kit.emitter.list()).toEqual(['my_emitter', 'another']);
    expect(await kit.emitter.emit('some_event', {})).toMatchObject({ webhooks: 2 });
    expect(await kit.emitter.emit('other_event', {})).toMatchObject({ webhooks: 1 });
    expect(await kit.emitter.emit('third_event', {})).toMatchObject({ webhooks: 0 });
    await kit.emitter.stop();
    expect(kit.receiver.requests.filter((request) => isSigned(request))).toHaveLength(3);
  });

  it('3: an id that is used already is refused', async () => {
    expect(await kit.emitter.attach('already_used_id', 'some_event', kit.config())).toBe('ok');
    expect(await kit.emitter.attach('already_used_id', 'some_event', kit.config())).toBe('already_exists');
  });

  it('4: an event is emitted with a payload and an optional request id', async () => {
    await kit.emitter.attach('my_emitter', 'some_event', kit.config());
    const emitted = await kit.emitter.emit('some_event', { data: 'foobar' }, 'an_optional_request_id');
    expect(emitted).toEqual({ requestId: 'an_optional_request_id', webhooks: 1 });
    const { requestId } = await kit.emitter.emit('some_event', { data: 'foobar' });
    expect(requestId).toMatch(UUID);
    const requests = await kit.receiver.waitFor(2);
    expect(idsOf(requests)).toEqual(['an_optional_request_id', requestId]);
    for (const request of requests) {
      expect(request.body.toString()).toBe('{"data":"foobar"}');
      expect(isSigned(request)).toBe(true);
    }
  });

  it('5: an emitter is detached', async () => {
    await kit.emitter.attach('my_emitter', 'some_event', kit.config());
    expect(await kit.emitter.detach('my_emitter')).toBe('ok');
    expect(await kit.emitter.detach('my_emitter')).toBe('ok');
    expect(await kit.emitter.emit('some_event', {})).toMatchObject({ webhooks: 0 });
    expect(await kit.emitter.list()).toEqual([]);
  });

  it('the request has the headers of the README, byte for byte', async () => {
    const raw = await startRawReceiver((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    try {
      const hook = new URL('/hooks/ah7Ahtet6abohbai', raw.url).href;
      await kit.emitter.attach('readme', 'averyimportantevent', kit.config({ url: hook }));
      await kit.emitter.attach('own', 'averyimportantevent', kit.config({ url: hook, headerIdentifier: 'Yourapp' }));
      const requestId = 'fbc7fbe7-2e9b-4911-a50f-e0452672192c';
      await kit.emitter.emit('averyimportantevent', { foo: 'bar' }, requestId);
      expect(await kit.emitter.stop()).toEqual({ undelivered: [] });
      const requests = raw.connections.flatMap(({ requests: some }) => some);
      // The signature of this body with this secret by Elixir: Base.hex_encode32(mac, case: :lower, padding: false).
      const signature = 'sha256:tqhlnl1obrmfhhg67bc4bt7b1uvkal6e3aid74cqtfgf7e43e3rg';
      expect(SECRET).toBe('supersecret');
      for (const name of ['Webhooks', 'Yourapp']) {
        const [request = ''] = requests.filter((each) => each.includes(`X-${name}-Event`));
        const lines = request.split('\r\n');
        expect(lines[0]).toBe('POST /hooks/ah7Ahtet6abohbai HTTP/1.1');
        expect(lines).toContain(`X-${name}-Event: averyimportantevent`);
        expect(lines).toContain(`X-${name}-Delivery: ${requestId}`);
        expect(lines).toContain(`X-${name}-Signature: ${signature}`);
        expect(lines).toContain('content-type: application/json');
        expect(lines).toContain('content-length: 13');
        expect(lines.at(-1)).toBe('{"foo":"bar"}');
      }
    } finally {
      await raw.stop();
    }
  });
});

describe('like WebhooksEmitter', () => {
  it('only a status from 200 to 299 is a success; after three requests an event is given up, and the next follows', async () => {
    const statuses = [500, 302, 404, 299];
    kit.receiver.behave((_, index) => ({ status: statuses[index] ?? 204 }));
    await kit.emitter.attach('my_emitter', 'some_event', kit.config());
    for (const id of ['first', 'second', 'third']) await kit.emitter.emit('some_event', { id }, id);
    await kit.emitter.stop();
    expect(idsOf(kit.receiver.requests)).toEqual(['first', 'first', 'first', 'second', 'third']);
    expect(
      kit.attempts.map(({ requestId, attempt, outcome, status }) => [requestId, attempt, outcome, status]),
    ).toEqual([
      ['first', 1, 'failed', 500],
      ['first', 2, 'failed', 302],
      ['first', 3, 'dead', 404],
      ['second', 1, 'delivered', 299],
      ['third', 1, 'delivered', 204],
    ]);
    const letter = { emitter: 'my_emitter', event: 'some_event', requestId: 'first', attempts: 3, status: 404 };
    expect(kit.givenUp).toEqual([
      { ...letter, because: 'exhausted', error: 'answered 404', payload: Buffer.from('{"id":"first"}') },
    ]);
    expect(kit.emitter.deadLetters()).toEqual(kit.givenUp);
    expect(kit.emitter.stats()).toMatchObject({ delivered: 2, failedAttempts: 3, givenUp: 1, queued: 0 });
  });

  it('emit does not wait for a request or a back-off, and events are not interleaved with retries', async () => {
    let answer = (_status: number): void => undefined;
    kit.receiver.behave(() => new Promise((resolve) => (answer = (status) => resolve({ status }))));
    await kit.emitter.attach('my_emitter', 'some_event', kit.config());
    await kit.emitter.emit('some_event', {}, 'first');
    await kit.receiver.waitFor(1);
    await kit.emitter.emit('some_event', {}, 'during the request');
    answer(503);
    await kit.receiver.waitFor(2);
    await kit.emitter.emit('some_event', {}, 'during the retry');
    kit.receiver.behave({});
    answer(200);
    await kit.receiver.waitFor(4);
    expect(idsOf(kit.receiver.requests)).toEqual(['first', 'first', 'during the request', 'during the retry']);
    expect(kit.receiver.maxAtOnce).toBe(1);
  });

  it('the waits double from the start to the limit, each spread by half', async () => {
    kit.receiver.behave({ status: 500 });
    const backoff = { start: 4, limit: 24 };
    await kit.emitter.attach('my_emitter', 'some_event', kit.config({ maxRetries: 5, backoff }));
    await kit.emitter.emit('some_event', {});
    await kit.emitter.stop();
    const waits = kit.attempts.map(({ retryInMs }) => retryInMs);
    expect(waits).toHaveLength(5);
    for (const [step, middle] of [4, 8, 16, 16].entries()) {
      expect(waits[step]).toBeGreaterThanOrEqual(middle / 2);
      expect(waits[step]).toBeLessThanOrEqual(middle * 1.5);
    }
    expect(waits[4]).toBeUndefined();
  });

  it('a paused emitter is present and not started, and its events wait until it is restarted', async () => {
    const { emitter } = kit;
    await emitter.attach('my_emitter', 'some_event', kit.config());
    expect(await emitter.restart('my_emitter')).toBe('running');
    expect(await emitter.pause('my_emitter')).toBe('ok');
    expect(await emitter.attach('my_emitter', 'some_event', kit.config())).toBe('already_present');
    expect([await emitter.list(), await emitter.isStarted('my_emitter')]).toEqual([[], false]);
    expect(await emitter.emit('some_event', {}, 'waits')).toMatchObject({ webhooks: 1 });
    expect(await emitter.restart('my_emitter')).toBe('ok');
    expect(await emitter.isStarted('my_emitter')).toBe(true);
    expect(idsOf(await kit.receiver.waitFor(1))).toEqual(['waits']);
    expect([await emitter.pause('nobody'), await emitter.restart('nobody')]).toEqual(['ok', 'not_found']);
  });

  it('additional headers are sent', async () => {
    const additionalHeaders = { authorization: 'bearer 4242', 'Access-Control-Allow-Origin': '*' };
    await kit.emitter.attach('my_emitter', 'some_event', kit.config({ additionalHeaders }));
    await kit.emitter.emit('some_event', {});
    const [request] = await kit.receiver.waitFor(1);
    expect(request?.headers).toMatchObject({ authorization: 'bearer 4242', 'access-control-allow-origin': '*' });
  });
});
