import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Dedupe,
  type Delivery,
  fetchHandler,
  Gone,
  Later,
  memoryDedupe,
  type ReceiverOptions,
  receiver,
  verify,
} from 'hukz-receiver';
import { makeSecret, sign } from 'hukz-signatures';

const secret = makeSecret();
const BODY = '{"event":"order.created","payload":{"id":12345678901234567890}}';
const EVENT = { 'hukz-event': 'order.created', 'hukz-attempt': '2', 'hukz-message': 'm-1' };

async function post(more: Readonly<Record<string, string>> = {}, body: RequestInit['body'] = BODY): Promise<Request> {
  const signed = await sign({ id: 'd-1', body: BODY }, { secret });
  const init = { method: 'POST', body, headers: { ...signed, ...EVENT, ...more }, duplex: 'half' };
  return new Request('http://receiver/hook', init as RequestInit);
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers() {
  const resolvers: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => void resolvers.push(resolve));
  return { promise, resolve: () => resolvers[0]?.() };
}

let handled: Delivery[];
let errors: unknown[];
let onHandle: (delivery: Delivery) => unknown;
beforeEach(() => {
  [handled, errors] = [[], []];
  onHandle = () => undefined;
});
afterEach(() => expect(errors).toEqual([]));

function open(options: Partial<ReceiverOptions> = {}) {
  const onError = (error: unknown) => void errors.push(error);
  const hooks = receiver({ secret, onError, ...options } as ReceiverOptions).on('order.*', (delivery) => {
    handled.push(delivery);
    return onHandle(delivery);
  });
  const handle = fetchHandler(hooks);
  return { hooks, ask: async (request: Request | Promise<Request>) => seen(await handle(await request)) };
}

async function seen(response: Response) {
  const retryAfter = response.headers.get('retry-after');
  return [response.status, ...(retryAfter ? [retryAfter] : []), await response.text()];
}

describe('the answer', () => {
  it('to a handled delivery is 204, and the handler gets all that the request says', async () => {
    const { ask } = open();
    expect(await ask(post({ 'hukz-replay': 'true', 'hukz-request-id': 'order 4711' }))).toEqual([204, '']);
    const [delivery] = handled as [Delivery];
    expect(delivery).toMatchObject({
      id: 'd-1',
      event: 'order.created',
      attempt: 2,
      messageId: 'm-1',
      requestId: 'order 4711',
      isReplay: true,
      isTest: false,
    });
    expect(Math.abs(Date.now() - Number(delivery.sentAt))).toBeLessThan(60_000);
    expect([delivery.text(), delivery.header('Hukz-Attempt')]).toEqual([BODY, '2']);
    expect(delivery.json<{ event: string }>().event).toBe('order.created');
  });

  it('to an event without a handler, and to a test call, is 204 without any work', async () => {
    const { ask } = open();
    expect(await ask(post({ 'hukz-event': 'order.item.created' }))).toEqual([204, '']);
    expect(await ask(post({ 'hukz-test': 'true' }))).toEqual([204, '']);
    expect(handled).toEqual([]);
    expect(await ask(post())).toEqual([204, '']);
    expect(handled).toHaveLength(1);
  });

  it('to a known id is 200, and the handler is not called again', async () => {
    const { ask } = open();
    expect([await ask(post()), await ask(post())]).toEqual([
      [204, ''],
      [200, 'this id was handled before'],
    ]);
    expect(handled).toHaveLength(1);
  });

  it('to an id that is being handled is 503 with Retry-After', async () => {
    const { ask } = open();
    const running = withResolvers();
    const started = withResolvers();
    onHandle = () => {
      started.resolve();
      return running.promise;
    };
    const first = ask(post());
    await started.promise;
    expect(await ask(post())).toEqual([503, '15', 'this id is being handled']);
    running.resolve();
    expect(await first).toEqual([204, '']);
    expect(handled).toHaveLength(1);
  });

  it('to a request whose signature is not valid is 401 with the reason', async () => {
    const { ask } = open();
    expect(await ask(post({}, '{}'))).toEqual([401, expect.stringMatching(/^no_match: no signature matches/)]);
    const consumed = await post();
    await consumed.text();
    expect(await ask(consumed)).toEqual([401, expect.stringMatching(/^body_was_parsed: the body is missing/)]);
    expect(handled).toEqual([]);
  });

  it.each<[string, () => unknown, readonly unknown[]]>([
    ['Later', () => new Later(90, 'the index is being built'), [503, '90', 'the index is being built']],
    [
      'Later with no number of seconds',
      () => new Later(Number.POSITIVE_INFINITY),
      [500, 'the request could not be handled'],
    ],
    ['Later with a fraction', () => new Later(0.2), [503, '1', 'try again later']],
    ['Gone', () => new Gone(), [410, 'this receiver wants no more requests']],
    ['another error', () => new Error('secret detail'), [500, 'the request could not be handled']],
    ['something that is no error', () => undefined, [500, 'the request could not be handled']],
  ])(
    'to a handler that throws is what it throws, and the next request is handled again: %s',
    async (_name, make, said) => {
      const { ask } = open();
      onHandle = () => {
        throw make();
      };
      expect(await ask(post())).toEqual(said);
      onHandle = () => undefined;
      expect(await ask(post())).toEqual([204, '']);
      expect(handled).toHaveLength(2);
      expect(errors.splice(0)).toHaveLength(said[0] === 500 ? 1 : 0);
    },
  );

  it.each<[string, () => Promise<RequestInit['body']>]>([
    ['with Content-Length', async () => BODY],
    ['in pieces', async () => new Blob([BODY]).stream()],
  ])('to a body above the limit is 413: %s', async (_name, body) => {
    const exact = open({ maxBytes: BODY.length });
    expect(await exact.ask(post({}, await body()))).toEqual([204, '']);
    const { ask } = open({ maxBytes: BODY.length - 1 });
    expect(await ask(post({}, await body()))).toEqual([413, 'the body is larger than maxBytes']);
  });

  it('is 500 when ids cannot be stored, and the error of a handler is not hidden by that of its claim', async () => {
    const broken: Dedupe = { claim: () => Promise.reject(new Error('no database')) };
    expect(await open({ dedupe: broken }).ask(post())).toEqual([500, 'the request could not be handled']);
    expect(handled).toEqual([]);
    const stuck: Dedupe = {
      claim: async () => ({ finish: async () => undefined, abandon: () => Promise.reject(new Error('no database')) }),
    };
    onHandle = () => {
      throw new Later(5);
    };
    expect(await open({ dedupe: stuck }).ask(post())).toEqual([503, '5', 'try again later']);
    expect(errors.splice(0).map(String)).toEqual(['Error: no database', 'Error: no database']);
  });
});

describe('a receiver', () => {
  it('passes a delivery to the first handler that matches', async () => {
    const seenBy: string[] = [];
    const hooks = receiver({ secret })
      .on('order.created', () => seenBy.push('order.created'))
      .on('order.>', () => seenBy.push('order.>'))
      .on('*.paid', () => seenBy.push('*.paid'))
      .on('>', () => seenBy.push('>'));
    const handle = fetchHandler(hooks);
    for (const event of ['order.created', 'order.a.b', 'order', 'bill.paid', 'order.paid'])
      expect((await handle(await unique(event))).status).toBe(204);
    expect(seenBy).toEqual(['order.created', 'order.>', '>', '*.paid', 'order.>']);
  });

  it.each(['', 'a.', '.a', 'a..b', '>.a', 'a.>.b'])('refuses a pattern that is not a subject: %j', (pattern) => {
    expect(() => receiver({ secret }).on(pattern, () => undefined)).toThrow(/is not a subject/);
  });

  it('refuses wrong options at once, not with the first request', () => {
    expect(() => receiver({ secret: '' })).toThrow('scheme is required');
    expect(() => receiver({ secret: 'whsec_x' })).toThrow('the secret must be whsec_ and');
    expect(() => receiver({ secret, maxBytes: -1 })).toThrow('maxBytes must be 0 or more');
    expect(() => memoryDedupe({ maxIds: 0 })).toThrow('maxIds must be 1 or more');
  });

  it('of WebhooksEmitter gets event and delivery from the headers of the scheme', async () => {
    const options = { secret: 'supersecret', scheme: 'webhooks-emitter', prefix: 'Acme' } as const;
    const signed = await sign({ id: 'x', body: '{}', event: 'tag.created', requestId: 'request-1' }, options);
    const { 'webhook-id': _id, ...headers } = signed;
    const request = new Request('http://receiver/', { method: 'POST', body: '{}', headers });
    expect(await verify(request, options)).toMatchObject({ id: 'request-1', event: 'tag.created', sentAt: undefined });
  });

  async function unique(event: string): Promise<Request> {
    const headers = await sign({ id: event, body: BODY }, { secret });
    return new Request('http://receiver/', {
      method: 'POST',
      body: BODY,
      headers: { ...headers, 'hukz-event': event },
    });
  }
});

describe('ids in memory', () => {
  it('are limited: the oldest handled one is forgotten first', async () => {
    const dedupe = memoryDedupe({ maxIds: 2 });
    for (const id of ['a', 'b', 'c']) {
      const claim = await dedupe.claim(id);
      if (typeof claim === 'string') throw new Error(claim);
      await claim.finish();
    }
    expect([await dedupe.claim('b'), await dedupe.claim('c')]).toEqual(['handled', 'handled']);
    expect(await dedupe.claim('a')).toMatchObject({});
    expect(await dedupe.claim('a')).toBe('running');
  });
});
