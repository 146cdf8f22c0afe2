import { once } from 'node:events';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import tls, { type TLSSocket, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../clock.js';
import { dhParameters } from '../../../testkit/dh-parameters.js';
import { makeTestOpener } from '../../../testkit/kits/test-opener.js';
import { makeTestRequest } from '../../../testkit/kits/test-request.js';
import { makeRsaPair, type Pair } from '../../../testkit/servers/certificates.js';
import { makeChain, makeRsaKey } from '../../../testkit/servers/odd-certificates.js';
import { startRawReceiver } from '../../../testkit/servers/raw-receiver.js';
import { startTestProxy } from '../../../testkit/servers/test-proxy.js';
import { ask, faultOf } from '../../credentials/tokens/small-request.js';
import { makeSender } from '../../http/sender.js';
import { makeGuardedAgents } from '../guarded-agents.js';
import type { ConnectionPath } from '../opener.js';
import { makeSecureContexts, type TlsProfile } from './tls-profile.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}';
const NOTHING_IN_COMMON =
  'the receiver refuses the TLS handshake (handshake failure): hukz offers key exchange by ECDHE on X25519, P-256, P-384 and P-521';

let rsa: Pair;
const endings: (() => Promise<unknown>)[] = [];
beforeAll(() => {
  rsa = makeRsaPair();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function listen(options: TlsOptions): Promise<string> {
  const receiver = await startRawReceiver((socket) => void socket.end(OK), { ...rsa, ...options });
  endings.push(() => receiver.stop());
  return receiver.url;
}

const openerFor = (ca: string) => makeTestOpener({ ca });

function send(url: string, connectionPath?: ConnectionPath, ca = rsa.cert) {
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener: openerFor(ca) });
  endings.push(() => sender.stop());
  return sender.send(makeTestRequest(url, connectionPath && { plan: { connectionPath } }));
}

const refused = (error: string) => ({ kind: 'unreachable', reason: 'tls', error });

const DHE: TlsOptions = { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' };

describe('a server that offers a key exchange by a finite field or by RSA only', () => {
  const servers: readonly (readonly [string, TlsOptions])[] = [
    ['DHE with 2048 bits under TLS 1.2', { ...DHE, dhparam: dhParameters('modp14') }],
    ['DHE with 8192 bits under TLS 1.2', { ...DHE, dhparam: dhParameters('modp18') }],
    ['ffdhe8192 under TLS 1.3', { minVersion: 'TLSv1.3', ecdhCurve: 'ffdhe8192' }],
    ['ffdhe2048 under TLS 1.3', { minVersion: 'TLSv1.3', ecdhCurve: 'ffdhe2048' }],
    ['RSA under TLS 1.2', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
    [
      'a curve that is not usual',
      { ecdhCurve: 'secp256k1', maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
    ],
  ];

  it.each(servers)('is refused in words: %s', async (_name, options) => {
    expect(await send(await listen(options))).toEqual(refused(NOTHING_IN_COMMON));
  });

  it('costs our event loop next to nothing', async () => {
    const url = await listen({ ...DHE, dhparam: dhParameters('modp18') });
    await send(url);
    const before = performance.eventLoopUtilization();
    for (let sent = 0; sent < 10; sent += 1) expect(await send(url)).toEqual(refused(NOTHING_IN_COMMON));
    // Server and client share this process. With the group, each handshake took more than half a second.
    expect(performance.eventLoopUtilization(before).active / 10).toBeLessThan(50);
  });

  it('is refused through a proxy, and as a token endpoint, as well', async () => {
    const url = await listen({ ...DHE, dhparam: dhParameters('modp18') });
    const proxy = await startTestProxy({ to: 'asked' });
    endings.push(() => proxy.stop());
    const connectionPath = { proxy: { host: '127.0.0.1', port: proxy.port } };
    expect(await send(url, connectionPath)).toEqual(refused(NOTHING_IN_COMMON));
    const agents = makeGuardedAgents(openerFor(rsa.cert), { tls: { id: 'token endpoint', extraCa: rsa.cert } });
    const request = { url, method: 'GET', headers: {} } as const;
    const asked = ask(request, { agents, userAgent: 'hukz', signal: AbortSignal.timeout(5000) });
    expect(await asked.catch(faultOf)).toEqual({ reason: 'tls', description: NOTHING_IN_COMMON });
  });
});

describe('a server of TLS 1.1', () => {
  it('is refused in words', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    expect(await send(await listen(old))).toEqual(refused('the receiver does not support TLS 1.2 or later'));
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a server of %s', (version) => {
  it.each(['X25519', 'P-256', 'P-384', 'P-521'])('is reached by the curve %s', async (ecdhCurve) => {
    const url = await listen({ minVersion: version, maxVersion: version, ecdhCurve });
    expect(await send(url)).toMatchObject({ status: 200 });
  });
});

describe('a server that asks for further handshakes on a connection', () => {
  /** Renegotiates the given number of times, then answers. */
  async function listenAgain(times: number): Promise<{ url: string; handshakes: () => number }> {
    let handshakes = 0;
    const server = tls.createServer({ ...rsa, maxVersion: 'TLSv1.2' }, (socket: TLSSocket) => {
      // Node's server regards the handshakes as an attack by the client.
      socket.on('error', () => undefined);
      const again = (left: number) => {
        handshakes += 1;
        if (left > 0) socket.renegotiate({}, (error) => error ?? again(left - 1));
        else socket.end(OK);
      };
      socket.once('data', () => again(times));
    });
    const sockets = new Set<net.Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endings.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    return { url: `https://localhost:${(server.address() as AddressInfo).port}/`, handshakes: () => handshakes };
  }

  it('for a client certificate is served', async () => {
    const { url } = await listenAgain(1);
    expect(await send(url)).toMatchObject({ status: 200 });
  });

  it('without end is given up', async () => {
    const { url, handshakes } = await listenAgain(1000);
    expect(await send(url)).toEqual(refused('the receiver asks for one TLS handshake after another'));
    expect(handshakes()).toBeLessThan(10);
  });
});

describe('the certificates of a server', () => {
  const insecure: ConnectionPath = { tls: { id: 'insecure', insecure: true } };
  const LENGTH = refused('the receiver sends more than 10 certificates');
  const SIZE = refused('a certificate of the receiver has a key above RSA 8192, or an RSA exponent above 64 bits');

  it.each([
    [5, undefined],
    [10, undefined],
    [11, LENGTH],
    [60, LENGTH],
  ])('may be %i, whether they are checked or not', async (count, outcome) => {
    const { cert, key, ca } = makeChain(count);
    const url = await listen({ cert, key });
    for (const connectionPath of [undefined, insecure])
      expect(await send(url, connectionPath, ca)).toMatchObject(outcome ?? { kind: 'answered', status: 200 });
  });

  it.each([
    [{ bits: 8192, exponentBits: 64 - 8 }, undefined],
    [{ bits: 16_384, exponentBits: 32 }, SIZE],
    [{ bits: 3072, exponentBits: 3064 }, SIZE],
  ])('may have keys of a bounded size: %j', async (odd, outcome) => {
    const { cert, key } = makeChain(3, odd);
    const url = await listen({ cert, key });
    expect(await send(url, insecure)).toMatchObject(outcome ?? { kind: 'answered', status: 200 });
  });
});

describe('an authority beside the usual ones', () => {
  it('is trusted with them, by its own connections alone', async () => {
    const other = makeChain(2);
    const [usual, extra] = [await listen({}), await listen({ cert: other.cert, key: other.key })];
    const opener = openerFor(rsa.cert);
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
    endings.push(() => sender.stop());
    const connectionPath: ConnectionPath = { tls: { id: 'token endpoint', extraCa: other.ca } };
    for (const url of [usual, extra])
      expect(await sender.send(makeTestRequest(url, { plan: { connectionPath } }))).toMatchObject({ status: 200 });
    expect(await sender.send(makeTestRequest(extra))).toMatchObject({ kind: 'unreachable', reason: 'tls' });
  });

  it('costs a fraction of parsing the usual ones', async () => {
    const { ca } = makeChain(2);
    const contextOf = makeSecureContexts({});
    contextOf({ id: 'one', extraCa: ca });
    const before = process.cpuUsage();
    for (let made = 0; made < 20; made += 1) contextOf({ id: 'one', extraCa: ca });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / 20).toBeLessThan(15);
  });
});

describe('a client key that is stored and larger than is taken today', () => {
  it.each([
    { bits: 8192, exponentBits: 32 },
    { bits: 2048, exponentBits: 2040 },
    { bits: 2048, exponentBits: 24, privateBits: 80_000 },
  ])('is not used, directly and through a proxy, and costs no connection: %j', async (size) => {
    const profile: TlsProfile = { id: 'one', cert: rsa.cert, key: makeRsaKey(size) };
    const proxy = await startTestProxy({ to: 'asked' });
    endings.push(() => proxy.stop());
    const error = "the key of the webhook's certificate is larger than RSA 4096 and is not used";
    const way = { host: '127.0.0.1', port: proxy.port };
    for (const connectionPath of [{ tls: profile }, { tls: profile, proxy: way }])
      expect(await send('https://localhost:1/', connectionPath)).toEqual({
        kind: 'unreachable',
        reason: 'bad_request',
        error,
      });
    expect(proxy.heads).toEqual([]);
  });
});
