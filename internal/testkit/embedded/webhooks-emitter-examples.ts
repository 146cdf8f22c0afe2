import { expect, it } from '@jest/globals';
import type { Emitter, EmitterConfig } from '../../../packages/client/src/emitter/contract.js';
import { eventually } from '../eventually.js';
import { startRawReceiver } from '../servers/raw-receiver.js';
import type { Receiver } from '../servers/receiver.js';
import { idsOf, isSigned, SECRET } from './use-emitter-kit.js';

export interface ExamplesKit {
  readonly receiver: Receiver;
  readonly emitter: Emitter;
  config(more?: Partial<EmitterConfig>): EmitterConfig;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The five examples of the README of WebhooksEmitter, and its request, for every form of the emitters. */
export function itDoesTheExamples(kit: ExamplesKit): void {
  it('1: a configuration needs no more than a URL', async () => {
    expect(await kit.emitter.attach('my_emitter', 'some_event', { url: kit.receiver.url })).toBe('ok');
    await kit.emitter.emit('some_event', { data: 'foobar' });
    const [request] = await kit.receiver.waitFor(1);
    expect(request).toMatchObject({ method: 'POST', url: '/' });
    expect(request?.headers).toMatchObject({ 'x-webhooks-event': 'some_event', 'content-type': 'application/json' });
    expect(request?.headers['x-webhooks-delivery']).toMatch(UUID);
  });

  it('2: an emitter is attached to some event, or to a list of events', async () => {
    expect(await kit.emitter.attach('my_emitter', 'some_event', kit.config())).toBe('ok');
    expect(await kit.emitter.attachMany('another', ['some_event', 'other_event'], kit.config())).toBe('ok');
    expect(await kit.emitter.list()).toEqual(['my_emitter', 'another']);
    expect(await kit.emitter.emit('some_event', {})).toMatchObject({ webhooks: 2 });
    expect(await kit.emitter.emit('other_event', {})).toMatchObject({ webhooks: 1 });
    expect((await kit.receiver.waitFor(3)).filter((request) => isSigned(request))).toHaveLength(3);
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
    const arrived = () => raw.connections.flatMap(({ requests }) => requests);
    try {
      const hook = new URL('/hooks/ah7Ahtet6abohbai', raw.url).href;
      await kit.emitter.attach('readme', 'averyimportantevent', kit.config({ url: hook }));
      await kit.emitter.attach('own', 'averyimportantevent', kit.config({ url: hook, headerIdentifier: 'Yourapp' }));
      const requestId = 'fbc7fbe7-2e9b-4911-a50f-e0452672192c';
      await kit.emitter.emit('averyimportantevent', { foo: 'bar' }, requestId);
      await eventually(() => arrived().length === 2, { what: 'both requests' });
      const requests = arrived();
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
}
