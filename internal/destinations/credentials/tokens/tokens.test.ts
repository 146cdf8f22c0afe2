import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Clock, systemClock } from '../../../clock.js';
import type { AttemptOutcome } from '../../../domain/delivery/outcome.js';
import type { OAuth2Settings } from '../../../domain/matching/webhook-settings.js';
import { makeTestOpener } from '../../../testkit/kits/test-opener.js';
import { makeTestRequest } from '../../../testkit/kits/test-request.js';
import { type Behaviour, type Receiver, startReceiver } from '../../../testkit/servers/receiver.js';
import { makeSender } from '../../http/sender.js';
import { makeSendWithToken } from './send-with-token.js';
import { makeTokens, type TokensOptions } from './tokens.js';

const SECRET = 'canary-client-secret';
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(behaviour: Behaviour): Promise<Receiver> {
  const receiver = await startReceiver(behaviour);
  endings.push(receiver.stop);
  return receiver;
}

const json = (body: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
/** Returns `token-1`, `token-2` … */
const numbered =
  (more: object = { expires_in: 3600 }): Behaviour =>
  (_request, index) =>
    json({ access_token: `token-${index + 1}`, token_type: 'Bearer', ...more });

interface Given {
  readonly clock?: Clock;
  readonly auth?: Partial<OAuth2Settings>;
  readonly tokens?: Partial<TokensOptions>;
  readonly timeoutMs?: number;
}

/** Makes one webhook with OAuth2, from its tokens to its requests. */
function makeClient(tokenUrl: string | undefined, given: Given = {}) {
  const { clock = systemClock, timeoutMs = 5000 } = given;
  const opener = makeTestOpener();
  const sender = makeSender({ version: '1', clock: systemClock, opener, timeoutMs });
  const tokens = makeTokens({ version: '1', clock, opener, ...given.tokens });
  endings.push(() => sender.stop(), tokens.stop);
  const sendWithToken = makeSendWithToken({ sender, clock: systemClock, timeoutMs });
  const auth = { type: 'oauth2', clientId: 'me', ...(tokenUrl && { tokenUrl }), ...given.auth } as const;
  const source = tokens.sourceFor({ webhookId: 1, auth, clientSecret: SECRET, ca: undefined });
  return {
    tokens,
    source,
    send: (url: string, under?: Parameters<typeof sendWithToken>[2]) =>
      sendWithToken(source(), makeTestRequest(url), under),
  };
}

const bearersOf = ({ requests }: Receiver) => requests.map(({ headers }) => headers.authorization);

describe('a request with an access token', () => {
  it('carries the token that the client credentials were given', async () => {
    const [server, receiver] = [await start(numbered()), await start({})];
    const auth = { scope: 'hooks write', audience: 'https://api.example' };
    expect(await makeClient(`${server.url}/token`, { auth }).send(receiver.url)).toMatchObject({ status: 200 });
    const [asked] = server.requests;
    expect(asked).toMatchObject({ method: 'POST', url: '/token' });
    expect(Object.fromEntries(new URLSearchParams(asked?.body.toString()))).toEqual({
      grant_type: 'client_credentials',
      ...auth,
    });
    expect(asked?.headers.authorization).toBe(`Basic ${btoa(`me:${SECRET}`)}`);
    expect(bearersOf(receiver)).toEqual(['Bearer token-1']);
  });

  it('names the client in the body when asked to', async () => {
    const [server, receiver] = [await start(numbered()), await start({})];
    await makeClient(server.url, { auth: { clientAuth: 'client_secret_post' } }).send(receiver.url);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
    const form = new URLSearchParams(server.requests[0]?.body.toString());
    expect(form.get('client_secret')).toBe(SECRET);
    expect(form.get('client_id')).toBe('me');
  });

  it('is one of a hundred at once that share one token request', async () => {
    const server = await start({ ...json({ access_token: 'shared', expires_in: 60 }), delayMs: 100 });
    const receiver = await start({});
    const { send } = makeClient(server.url);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => send(receiver.url)));
    expect(outcomes.every((outcome) => outcome.kind === 'answered' && outcome.status === 200)).toBe(true);
    expect(server.requests).toHaveLength(1);
    expect(new Set(bearersOf(receiver))).toEqual(new Set(['Bearer shared']));
  });

  it.each([
    [{ expires_in: 3600 }, 3570],
    [{ expires_in: '100' }, 90],
    [{ expires_in: 10 }, 9],
    [{}, 270],
    [{ expires_in: null }, 270],
    [{ expires_in: 1e12 }, 86_370],
  ])('uses a token until shortly before its end: %j', async (more, usableS) => {
    let now = 0;
    const clock = { now: () => now, monotonic: () => now };
    const [server, receiver] = [await start(numbered(more)), await start({})];
    const { send } = makeClient(server.url, { clock });
    await send(receiver.url);
    now = usableS * 1000 - 1;
    await send(receiver.url);
    expect(server.requests).toHaveLength(1);
    now = usableS * 1000;
    await send(receiver.url);
    expect(bearersOf(receiver)).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  });

  it('forgets the token used longest ago when there are too many', async () => {
    const { tokens } = makeClient(undefined, { tokens: { max: 3 } });
    const auth = { type: 'oauth2', clientId: 'me', tokenUrl: 'https://id.example/' } as const;
    const sources = Array.from({ length: 5 }, (_, webhookId) =>
      tokens.sourceFor({ webhookId, auth, clientSecret: SECRET, ca: undefined }),
    );
    const [first] = sources.map((source) => source());
    expect(tokens.size).toBe(3);
    expect(sources[0]?.()).not.toBe(first);
    expect(sources[0]?.()).toBe(sources[0]?.());
  });
});

describe('the slot of an attempt', () => {
  const makeSlot = (mayGoOn = true) => {
    const steps: string[] = [];
    return {
      steps,
      leave: () => void steps.push('left'),
      enter: async () => {
        steps.push('entered');
        return mayGoOn;
      },
    };
  };

  it('is left while it waits for a token, the first and another one after a 401', async () => {
    const server = await start(numbered());
    const receiver = await start(({ headers }) => ({ status: headers.authorization === 'Bearer token-2' ? 204 : 401 }));
    const slot = makeSlot();
    const { send } = makeClient(server.url);
    expect(await send(receiver.url, { slot })).toMatchObject({ status: 204 });
    expect(slot.steps).toEqual(['left', 'entered', 'left', 'entered']);
    expect(await send(receiver.url, { slot })).toMatchObject({ status: 204 });
    expect(slot.steps).toHaveLength(4);
  });

  it('that does not come back leaves the 401, and nothing more is sent', async () => {
    const [server, receiver] = [await start(numbered()), await start({ status: 401 })];
    const { send } = makeClient(server.url);
    const first = makeSlot(false);
    expect(await send(receiver.url, { slot: first })).toMatchObject({ kind: 'local_fault' });
    expect([receiver.requests.length, first.steps]).toEqual([0, ['left', 'entered']]);
    const second = makeSlot(false);
    expect(await send(receiver.url, { slot: second })).toMatchObject({ status: 401 });
    expect([receiver.requests.length, second.steps]).toEqual([1, ['left', 'entered']]);
  });
});

describe('a receiver that answers 401', () => {
  const accepting =
    (token: string): Behaviour =>
    ({ headers }) => ({ status: headers.authorization === `Bearer ${token}` ? 204 : 401 });

  it('gets another token in the same attempt, under the same id', async () => {
    const [server, receiver] = [await start(numbered()), await start(accepting('token-2'))];
    expect(await makeClient(server.url).send(receiver.url)).toMatchObject({ kind: 'answered', status: 204 });
    expect(bearersOf(receiver)).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.requests.map(({ headers }) => headers['hukz-attempt'])).toEqual(['1', '1']);
    expect(server.requests).toHaveLength(2);
  });

  it('that refuses the second one too has refused, and is not given a third for the next request', async () => {
    const [server, receiver] = [await start(numbered()), await start({ status: 401 })];
    const { send } = makeClient(server.url);
    expect(await send(receiver.url)).toMatchObject({ kind: 'answered', status: 401 });
    expect(await send(receiver.url)).toMatchObject({ kind: 'answered', status: 401 });
    expect(bearersOf(receiver)).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2']);
    expect(server.requests).toHaveLength(2);
  });

  it('to fifty requests at once is answered by one new token', async () => {
    const [server, receiver] = [await start(numbered()), await start({})];
    const { send } = makeClient(server.url);
    await send(receiver.url);
    receiver.behave(accepting('token-2'));
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => send(receiver.url)));
    expect(outcomes.every((outcome) => outcome.kind === 'answered' && outcome.status === 204)).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  it('is asked only once when the token endpoint gives the same token again', async () => {
    const [server, receiver] = [await start(json({ access_token: 'same' })), await start({ status: 401 })];
    expect(await makeClient(server.url).send(receiver.url)).toMatchObject({ status: 401 });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('an issuer', () => {
  const describing =
    (path: string, more: object = {}): Behaviour =>
    ({ url, headers }) => {
      const issuer = `http://${headers.host}/realm`;
      if (url === path) return json({ issuer, token_endpoint: `${issuer}/token`, ...more });
      return url === '/realm/token' ? json({ access_token: 'found' }) : { status: 404 };
    };
  const throughIssuer = async (behaviour: Behaviour) => {
    const [server, receiver] = [await start(behaviour), await start({})];
    const { send } = makeClient(undefined, { auth: { issuer: `${server.url}/realm` } });
    return { server, receiver, outcome: await send(receiver.url) };
  };

  it.each(['/realm/.well-known/openid-configuration', '/.well-known/oauth-authorization-server/realm'])(
    'says at %s where tokens are given',
    async (path) => {
      const { receiver } = await throughIssuer(describing(path));
      expect(bearersOf(receiver)).toEqual(['Bearer found']);
    },
  );

  it.each([
    [{ issuer: 'https://another.example' }, 'names another issuer'],
    [{ token_endpoint: undefined }, 'names no token endpoint'],
    [{ token_endpoint: 'file:///etc/passwd' }, 'not https'],
    [{ token_endpoint: 'http://user:pass@127.0.0.1/' }, 'not https'],
  ])('is not believed when it says %j', async (more, words) => {
    const { outcome, receiver } = await throughIssuer(describing('/realm/.well-known/openid-configuration', more));
    expect(outcome).toMatchObject({ reason: 'authorisation', error: expect.stringContaining(words) });
    expect(receiver.requests).toHaveLength(0);
  });

  it('that does not answer is reported as such', async () => {
    const { outcome } = await throughIssuer({ status: 404 });
    expect(outcome).toMatchObject({ error: 'no access token: the issuer returned no metadata (it answered 404)' });
  });
});

describe('a token endpoint', () => {
  const endless = (write: (chunk: string) => boolean, chunk: string) => {
    while (write(chunk));
  };
  const hostile: readonly (readonly [string, Behaviour, string])[] = [
    [
      'refuses the client',
      json({ error: 'invalid_client', error_description: SECRET }, 401),
      'answered 401 (invalid_client)',
    ],
    ['refuses with words of its own', json({ error: SECRET }, 400), 'answered 400'],
    ['fails', { status: 503, body: SECRET }, 'answered 503'],
    [
      'redirects',
      { status: 307, headers: { location: 'http://127.0.0.1:1/' } },
      'answered 307; redirects are not followed',
    ],
    ['answers HTML', { status: 200, body: '<html></html>' }, 'without a JSON object'],
    ['answers nothing', { status: 200 }, 'without a JSON object'],
    ['answers a list', json([]), 'without a JSON object'],
    ['answers no token', json({ token: SECRET }), 'without a token'],
    ['answers a number', json({ access_token: 5 }), 'without a token'],
    ['gives a token of another type', json({ access_token: 'a', token_type: 'mac' }), 'whose type is not Bearer'],
    ['gives a token that breaks a header', json({ access_token: 'a\r\nX-Evil: 1' }), 'cannot be sent in a header'],
    ['gives a token of 9,000 characters', json({ access_token: 'a'.repeat(9000) }), 'cannot be sent in a header'],
    ['closes', { cut: true }, 'cannot be reached: closed before answering'],
    ['is no HTTP', { raw: (socket) => void socket.end('SSH-2.0-x\r\n\r\n') }, 'cannot be reached'],
    ['never answers', { hang: true }, 'did not answer within 300 ms'],
    [
      'drips',
      {
        raw: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          const timer = setInterval(() => socket.write(' '), 50);
          socket.once('close', () => clearInterval(timer));
        },
      },
      'did not answer within 300 ms',
    ],
    [
      'answers without end',
      {
        raw: (socket) => {
          const chunk = ' '.repeat(65_536);
          socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n');
          socket.on('drain', () => endless((text) => socket.write(text), chunk));
          endless((text) => socket.write(text), chunk);
        },
      },
      'the answer is longer than 64 KiB',
    ],
    [
      'answers with headers without end',
      { headers: { 'x-long': 'a'.repeat(20_000) } },
      'cannot be reached: headers larger than 16 KiB',
    ],
  ];

  it.each(hostile)('that %s costs the attempt, in words without a secret', async (_what, behaviour, words) => {
    const [server, receiver] = [await start(behaviour), await start({})];
    const { send } = makeClient(`${server.url}/?key=${SECRET}`, { tokens: { timeoutMs: 300 } });
    const outcome = await send(receiver.url);
    expect(outcome).toMatchObject({
      kind: 'unreachable',
      reason: 'authorisation',
      error: expect.stringContaining(words),
    });
    expect(JSON.stringify(outcome)).not.toContain('canary');
    expect(receiver.requests).toHaveLength(0);
    expect(server.requests).toHaveLength(1);
  });

  it('that cannot be connected to is reported as such', async () => {
    const outcome = await makeClient('http://127.0.0.1:1/').send('http://127.0.0.1:2/');
    expect(outcome).toMatchObject({
      reason: 'authorisation',
      error: 'no access token: the token endpoint cannot be reached: connection refused',
    });
  });

  it('at an address that is not public is not asked', async () => {
    const outcome = await makeClient('http://169.254.169.254/token').send('http://127.0.0.1:2/');
    expect(outcome.kind).toBe('forbidden_address');
  });

  it('that fails is not asked again for a moment, for any request', async () => {
    let now = 0;
    const clock = { now: () => now, monotonic: () => now };
    const [server, receiver] = [await start({ status: 500 }), await start({})];
    const { send } = makeClient(server.url, { clock });
    for (let sent = 0; sent < 10; sent += 1) await send(receiver.url);
    expect(server.requests).toHaveLength(1);
    server.behave(json({ access_token: 'late' }));
    now = 5000;
    expect(await send(receiver.url)).toMatchObject({ status: 200 });
  });

  it('does not keep an attempt longer than its time, nor a stop waiting', async () => {
    const server = await start({ hang: true });
    const short = await makeClient(server.url, { timeoutMs: 100 }).send('http://127.0.0.1:1/');
    expect(short).toMatchObject({ reason: 'authorisation', error: 'no access token within 100 ms' });
    const stopping = new AbortController();
    const waiting = makeClient(server.url).send('http://127.0.0.1:1/', { signal: stopping.signal });
    await server.waitFor(2);
    stopping.abort();
    const interrupted: AttemptOutcome = { kind: 'local_fault', error: 'interrupted by shutdown' };
    expect(await waiting).toEqual(interrupted);
  });

  it('whose service stops is not waited for', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    endings.push(() => silent.close());
    const { port } = silent.address() as { port: number };
    const { send, tokens } = makeClient(`http://127.0.0.1:${port}/`);
    const waiting = send('http://127.0.0.1:1/');
    tokens.stop();
    expect(await waiting).toMatchObject({ kind: 'local_fault' });
  });
});
