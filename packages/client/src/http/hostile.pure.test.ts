import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Hukz, HukzError, type HukzOptions } from 'hukz-client';
import { type Answer, type Receiver, startReceiver } from '../../../../internal/testkit/servers/receiver.js';

let server: Receiver;
beforeEach(async () => {
  server = await startReceiver();
});
afterEach(() => server.stop());

const clientOf = (options: HukzOptions = {}) =>
  new Hukz({ url: server.url, user: 1, retry: { baseMs: 1, maxMs: 1 }, ...options });
const json = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) });
const answerWith = (...answers: readonly Answer[]) =>
  server.behave((_, index) => answers[Math.min(index, answers.length - 1)] ?? {});
const failureOf = (work: PromiseLike<unknown>) =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );
const bodies = (): { readonly id: string; readonly event: string }[][] =>
  server.requests.map(({ body }) => JSON.parse(String(body)));

describe('an answer of a service that is not hukz', () => {
  it.each([null, {}, [], { nodes: 1 }, 'text'])('is no page of a list: %j', async (body) => {
    answerWith(json(200, body));
    for (const read of [clientOf().events.list().take(1), clientOf().events.list()]) {
      const error = await failureOf(read);
      expect(error).toBeInstanceOf(HukzError);
      expect(error).toMatchObject({ code: 'bad_answer', message: expect.stringContaining('check that hukz is at') });
    }
  });

  it('that never ends is cut off, and is not asked for again', async () => {
    const chunk = Buffer.alloc(1 << 20, ' ');
    let sent = 0;
    const fetch = async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += chunk.length;
            controller.enqueue(chunk);
          },
        }),
      );
    const error = await failureOf(clientOf({ fetch }).events.get(1));
    expect(error).toMatchObject({ code: 'bad_answer', isRetryable: false, attempts: 1 });
    expect(String(error)).toContain('more than 64 MiB');
    expect(sent).toBeLessThan(70 << 20);
  });

  it('that names a long reason makes a short message', async () => {
    answerWith(json(422, { errors: [{ message: 'x'.repeat(100_000) }] }));
    const error = await failureOf(clientOf().events.get(1));
    expect(error).toMatchObject({ message: expect.stringMatching(/^.{1,1200}$/s) });
  });

  it('does not change deliveries for ever', async () => {
    answerWith(json(200, { dry_run: false, matched: 1, changed: 1, skipped: 0, next_cursor: 'b' }));
    const error = await failureOf(clientOf().deliveries.retryMany({ ids: ['1'] }));
    expect(String(error)).toContain('next_cursor is its own cursor');
    expect(server.requests).toHaveLength(2);
  });
});

it('an observer that throws does not fail a call that was carried out', async () => {
  const errors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    answerWith(json(200, { id: 1 }));
    const onRequest = () => {
      throw new Error('a bug of the observer');
    };
    expect(await clientOf({ onRequest }).webhooks.pause(1)).toEqual({ id: 1 });
    expect(errors).toHaveBeenCalledWith('hukz-client: onRequest failed', expect.any(Error));
  } finally {
    errors.mockRestore();
  }
});

describe('a batch of messages', () => {
  const three = ['a', 'b', 'c'].map((event) => ({ event, id: event }));
  const accepted = { status: 202, message_id: 'm', webhooks: 1, duplicate: false };
  const refused = (status: number) => ({ status, errors: [{ code: status, message: 'no' }] });

  it('is repeated for the messages that were refused for a while, in their places', async () => {
    answerWith(
      json(207, [refused(429), accepted, refused(422)]),
      json(503, { errors: [{ code: 503, message: 'away' }] }),
      json(202, [{ ...accepted, webhooks: 2 }]),
    );
    const lines = await clientOf().messages.publishBatch(three);
    expect(lines.map(({ status, webhooks }) => [status, webhooks])).toEqual([
      [202, 2],
      [202, 1],
      [422, undefined],
    ]);
    expect(bodies().map((batch) => batch.map(({ id }) => id))).toEqual([['a', 'b', 'c'], ['a'], ['a']]);
  });

  it('keeps the answers that it has if a repetition fails', async () => {
    answerWith(json(207, [refused(503), accepted, accepted]), json(401, { errors: [{ code: 401, message: 'no' }] }));
    const lines = await clientOf().messages.publishBatch(three);
    expect(lines.map(({ status }) => status)).toEqual([503, 202, 202]);
  });

  it('is not repeated for ever, and not at all if the caller says so', async () => {
    answerWith(json(207, [refused(429), accepted, accepted]));
    const lines = await clientOf().messages.publishBatch(three);
    expect([lines[0]?.status, server.requests.length]).toEqual([429, 4]);
    await clientOf({ retry: false }).messages.publishBatch(three);
    await clientOf().messages.publishBatch(three, { repeatLines: false });
    expect(server.requests).toHaveLength(6);
  });

  it('has an answer that is a list', async () => {
    answerWith(json(200, { status: 'ok' }));
    expect(await failureOf(clientOf().messages.publishBatch(three))).toMatchObject({ code: 'bad_answer' });
  });
});

describe('a CloudEvent', () => {
  const event = { type: 'order.created', source: '/shop' };

  it('is published as it is, with bytes in base64, an id, and the space of the client', async () => {
    answerWith(json(202, { message_id: 'm', webhooks: 1, duplicate: false }));
    const hukz = clientOf().in('key:eu');
    await hukz.messages.publishCloudEvent({ ...event, id: '1', subject: 's', data: { n: 1 } });
    await hukz.messages.publishCloudEvent({ ...event, data: new TextEncoder().encode('{"id":9007199254740993}') });
    const [first, second] = server.requests;
    expect(first?.headers).toMatchObject({ 'content-type': 'application/cloudevents+json', 'hukz-space': 'key:eu' });
    expect(first?.headers).not.toHaveProperty('idempotency-key');
    expect(JSON.parse(String(first?.body))).toEqual({
      specversion: '1.0',
      ...event,
      id: '1',
      subject: 's',
      data: { n: 1 },
    });
    expect(JSON.parse(String(second?.body))).toEqual({
      specversion: '1.0',
      ...event,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      data_base64: btoa('{"id":9007199254740993}'),
    });
  });

  it('is repeated in a batch as a message is', async () => {
    const line = { status: 202, message_id: 'm', webhooks: 1, duplicate: false };
    answerWith(json(207, [{ status: 429, errors: [] }, line]), json(202, [line]));
    const lines = await clientOf().messages.publishCloudEvents([
      { ...event, id: '1' },
      { ...event, id: '2' },
    ]);
    expect(lines.map(({ status }) => status)).toEqual([202, 202]);
    expect(bodies().map((batch) => batch.map(({ id }) => id))).toEqual([['1', '2'], ['1']]);
    expect(server.requests[0]?.headers['content-type']).toBe('application/cloudevents-batch+json');
  });
});
