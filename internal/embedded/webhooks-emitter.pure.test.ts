import { describe, expect, it } from '@jest/globals';
import { idsOf, useEmitterKit } from '../testkit/embedded/use-emitter-kit.js';
import { itDoesTheExamples } from '../testkit/embedded/webhooks-emitter-examples.js';

const kit = useEmitterKit();

describe('the examples of WebhooksEmitter', () => {
  itDoesTheExamples(kit);

  it('without a secret, event and delivery are sent, and no signature', async () => {
    await kit.emitter.attach('my_emitter', 'some_event', { url: kit.receiver.url });
    await kit.emitter.emit('some_event', {});
    const [request] = await kit.receiver.waitFor(1);
    expect(request?.headers).toHaveProperty('x-webhooks-event');
    expect(request?.headers).not.toHaveProperty('x-webhooks-signature');
  });

  it('an event without an emitter is sent by none', async () => {
    expect(await kit.emitter.emit('third_event', {})).toMatchObject({ webhooks: 0 });
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
});
