import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import { parseEgressProxy } from '../domain/egress/egress-proxy.js';
import type { EgressSettings } from '../domain/egress/egress-rules.js';
import { parseIpRanges } from '../domain/egress/ip-range.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { type Certificates, makeCertificates } from '../testkit/servers/certificates.js';
import { startReceiver } from '../testkit/servers/receiver.js';
import { type ProxyAnswer, startTestProxy, type TestProxy } from '../testkit/servers/test-proxy.js';
import type { ConnectionPath } from './connection/opener.js';
import { makeSender, type Sender } from './http/sender.js';

const LOGIN = 'operator:sesame';
let certificates: Certificates;
const endings: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  certificates = makeCertificates();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const proxyAt = (port: number, login = '') => {
  const proxy = parseEgressProxy(`http://${login && `${login}@`}127.0.0.1:${port}`);
  if (!proxy.ok) throw new Error(proxy.problem);
  return proxy.value;
};

async function startProxy(answer: ProxyAnswer): Promise<TestProxy> {
  const proxy = await startTestProxy(answer);
  endings.push(() => proxy.stop());
  return proxy;
}

interface Given {
  readonly login?: string;
  readonly egress?: Partial<EgressSettings>;
  readonly addresses?: readonly string[];
}

function startSender(proxyPort: number, { login, egress, addresses = ['93.184.215.14'] }: Given = {}): Sender {
  const opener = makeTestOpener({
    ca: certificates.ca,
    proxy: proxyAt(proxyPort, login),
    resolve: async () => addresses,
    connectTimeoutMs: 300,
    ...(egress && { egress }),
  });
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
  endings.push(() => sender.stop());
  return sender;
}

async function listenTls(): Promise<number> {
  const server = https.createServer(certificates.server, (_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

describe('through a proxy', () => {
  it('https goes as TLS to the receiver, and the proxy gets its address and the credentials', async () => {
    const proxy = await startProxy({ to: await listenTls() });
    const sender = startSender(proxy.port, { login: LOGIN });
    const request = makeTestRequest('https://receiver.test:8443/');
    for (let sent = 0; sent < 3; sent += 1) expect(await sender.send(request)).toMatchObject({ status: 200 });
    expect(proxy.heads).toEqual([
      'CONNECT 93.184.215.14:8443 HTTP/1.1\r\nHost: 93.184.215.14:8443\r\n' +
        `Proxy-Authorization: Basic ${Buffer.from(LOGIN).toString('base64')}\r\n\r\n`,
    ]);
    expect(sender.stats()).toMatchObject({ origins: 1, sockets: 1 });
    await sender.stop();
    await eventually(() => proxy.open === 0, { what: 'the connection to the proxy to be closed' });
  });

  it('http goes through a tunnel too, and the receiver sees nothing of the login', async () => {
    const receiver = await startReceiver();
    endings.push(() => receiver.stop());
    const proxy = await startProxy({ to: receiver.port });
    const sender = startSender(proxy.port, { login: LOGIN, addresses: ['2606:4700::1111'] });
    expect(await sender.send(makeTestRequest('http://receiver.test/hook'))).toMatchObject({ status: 200 });
    expect(proxy.heads[0]).toMatch(/^CONNECT \[2606:4700::1111\]:80 HTTP\/1\.1\r\n/);
    expect(receiver.requests).toMatchObject([{ url: '/hook', headers: { host: 'receiver.test' } }]);
    expect(JSON.stringify(receiver.requests)).not.toMatch(/proxy|Basic/i);
  });

  it('the certificate is checked for the name of the URL', async () => {
    const proxy = await startProxy({ to: await listenTls() });
    const outcome = await startSender(proxy.port).send(makeTestRequest('https://other.test/'));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'tls', error: 'certificate is for another host name' });
  });

  it('a handshake that hangs behind it is the receiver’s failure', async () => {
    const silent = await startProxy('silence');
    const proxy = await startProxy({ to: silent.port });
    const outcome = await startSender(proxy.port).send(makeTestRequest('https://receiver.test/'));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'timeout', error: 'could not connect within 300 ms' });
    await eventually(() => proxy.open === 0, { what: 'the connection to the proxy to be closed' });
  });

  it.each(['10.0.0.1', '127.0.0.1', '169.254.169.254'])('nothing internal is asked of it: %s', async (address) => {
    const proxy = await startProxy('close');
    const sender = startSender(proxy.port, { addresses: ['93.184.215.14', address], egress: { development: false } });
    expect(await sender.send(makeTestRequest('https://receiver.test/'))).toMatchObject({ kind: 'forbidden_address' });
    expect(await sender.send(makeTestRequest(`http://${address}/`))).toMatchObject({ kind: 'forbidden_address' });
    expect(proxy.heads).toEqual([]);
  });

  it('the next address is asked for when it has no way to the first', async () => {
    const proxy = await startProxy({ text: 'HTTP/1.1 503 No way\r\nContent-Length: 2\r\n\r\nno' });
    const sender = startSender(proxy.port, { addresses: ['93.184.215.14', '93.184.215.15'] });
    expect(await sender.send(makeTestRequest('http://receiver.test/'))).toMatchObject({ kind: 'local_fault' });
    expect(proxy.heads.map((head) => head.slice(0, 21))).toEqual(['CONNECT 93.184.215.14', 'CONNECT 93.184.215.15']);
  });
});

describe('a receiver that the proxy does not reach', () => {
  it.each([502, 504])('has failed (%i), when it is reached at none of its addresses', async (status) => {
    const proxy = await startProxy({ text: `HTTP/1.1 ${status} No way\r\n\r\n` });
    const sender = startSender(proxy.port, { addresses: ['93.184.215.14', '93.184.215.15'] });
    expect(await sender.send(makeTestRequest('https://receiver.test/'))).toEqual({
      kind: 'unreachable',
      reason: 'connect',
      error: `the proxy could not connect (it answered ${status})`,
    });
    expect(proxy.heads).toHaveLength(2);
    await eventually(() => sender.stats().sockets === 0 && proxy.open === 0, { what: 'the connection to be closed' });
  });
});

describe('a broken proxy is our fault', () => {
  it.each<[string, ProxyAnswer, string]>([
    [
      'wants a login',
      { text: 'HTTP/1.1 407 Who?\r\n\r\n' },
      'the proxy rejects the user and password, or requires them (407)',
    ],
    ['forbids', { text: 'HTTP/1.1 403 Forbidden\r\n\r\nwhy' }, 'the proxy answered 403'],
    ['fails', { text: 'HTTP/1.1 500 Oops\r\n\r\n' }, 'the proxy answered 500'],
    ['has no way', { text: 'HTTP/1.0 503 Service Unavailable\r\n\r\n' }, 'the proxy answered 503'],
    ['is none', { text: 'SSH-2.0-OpenSSH_9.6\r\n\r\n' }, 'the proxy did not answer in HTTP'],
    [
      'speaks for the receiver',
      { text: 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n' },
      'the proxy did not answer in HTTP',
    ],
    ['never ends', { text: `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}` }, 'the proxy did not answer in HTTP'],
    ['is silent', 'silence', 'the proxy opened no tunnel within 300 ms'],
    ['closes', 'close', 'the proxy cannot be reached (closed while connecting)'],
  ])('when it %s', async (_name, answer, error) => {
    const proxy = await startProxy(answer);
    const sender = startSender(proxy.port, { login: LOGIN });
    const outcome = await sender.send(makeTestRequest('https://receiver.test/'));
    expect(outcome).toEqual({ kind: 'local_fault', error });
    await eventually(() => sender.stats().sockets === 0 && proxy.open === 0, { what: 'the connection to be closed' });
  });

  it('when no program listens there', async () => {
    const proxy = await startProxy('close');
    await proxy.stop();
    const outcome = await startSender(proxy.port).send(makeTestRequest('http://receiver.test/'));
    expect(outcome).toEqual({ kind: 'local_fault', error: 'the proxy cannot be reached (connection refused)' });
  });

  it('when its name cannot be looked up', async () => {
    const opener = makeTestOpener({
      proxy: { host: 'proxy.test', port: 1 },
      resolve: (name) => (name === 'proxy.test' ? Promise.reject(new Error()) : Promise.resolve(['93.184.215.14'])),
    });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
    endings.push(() => sender.stop());
    expect(await sender.send(makeTestRequest('http://receiver.test/'))).toEqual({
      kind: 'local_fault',
      error: 'the proxy has a host name that cannot be resolved',
    });
  });
});

describe('a proxy of one webhook', () => {
  it('is used by its requests only: no connection is shared with others to the same origin', async () => {
    const receiver = await startReceiver();
    endings.push(() => receiver.stop());
    const proxy = await startProxy({ to: receiver.port });
    const opener = makeTestOpener({ resolve: async () => ['127.0.0.1'] });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
    endings.push(() => sender.stop());
    const url = `http://receiver.test:${receiver.port}/`;
    const proxied = makeTestRequest(url, { plan: { connectionPath: { proxy: proxyAt(proxy.port) } } });
    for (const request of [proxied, makeTestRequest(url), proxied, makeTestRequest(url)])
      expect(await sender.send(request)).toMatchObject({ status: 200 });
    expect(sender.stats()).toMatchObject({ origins: 2, sockets: 2 });
    expect(proxy.heads).toHaveLength(1);
  });

  /** 127.0.0.1 represents a public address, and the rest represents addresses that are not public. */
  const oneOpen = (): Partial<EgressSettings> => {
    const ranges = parseIpRanges('127.0.0.1');
    return { development: false, allowRanges: ranges.ok ? ranges.value : [], httpsOnly: true };
  };
  const sendBy = (proxy: ConnectionPath['proxy'], given: Parameters<typeof makeTestOpener>[0] = {}) => {
    const opener = makeTestOpener({ resolve: async () => ['127.0.0.1'], ca: certificates.ca, ...given });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
    endings.push(() => sender.stop());
    const plan = { connectionPath: { ...(proxy && { proxy }) } };
    return (url: string) => sender.send(makeTestRequest(url, { plan }));
  };

  it.each([
    ['127.0.0.2', '127.0.0.2 is not a public address; EGRESS_ALLOW_CIDRS can allow it'],
    ['localhost', 'localhost is not a public address; EGRESS_ALLOW_CIDRS can allow it'],
    ['proxy.test', 'the host name has an address that is not public; EGRESS_ALLOW_CIDRS can allow it'],
  ])('may not be at an address where receivers may not be: %s', async (host, words) => {
    const resolve = async (name: string) => (name === 'proxy.test' ? ['127.0.0.1', '10.0.0.1'] : ['127.0.0.1']);
    const egress = { ...oneOpen(), ...(host === 'localhost' && { allowRanges: [] }) };
    const send = sendBy(
      { host, port: 1 },
      { resolve: host === 'localhost' ? async () => ['93.184.215.14'] : resolve, egress },
    );
    const error = `the proxy may not be used: ${words}`;
    expect(await send('https://receiver.test/')).toEqual({ kind: 'forbidden_address', error });
  });

  it.each(['http', 'https'])(
    'is told nothing when the socket is connected elsewhere than to what was judged: %s',
    async (scheme) => {
      const proxy = await startProxy({ to: await listenTls() });
      // The receiver's address and the proxy's are judged as allowed. Then a kernel or a library connects to another
      // address.
      let judged = 0;
      const none = {
        allowedBy: 'X',
        isDenied: () => false,
        problemOfName: () => undefined,
        problemOf: () => undefined,
      };
      const rules = { ...none, isAllowed: () => ++judged <= 2 };
      const send = sendBy({ host: 'proxy.test', port: proxy.port, authorization: 'Basic eA==' }, { rules });
      const error = 'the proxy may not be used: it led to an address that is not public';
      expect(await send(`${scheme}://receiver.test/`)).toEqual({ kind: 'forbidden_address', error });
      await eventually(() => proxy.open === 0, { what: 'the connection to the proxy to be closed' });
      expect([judged, proxy.heads]).toEqual([3, []]);
    },
  );

  it('may be where receivers may be, whatever they must speak', async () => {
    const proxy = await startProxy({ to: await listenTls() });
    const send = sendBy({ host: 'proxy.test', port: proxy.port, authorization: 'Basic eA==' }, { egress: oneOpen() });
    expect(await send('https://receiver.test/')).toMatchObject({ status: 200 });
    expect(proxy.heads[0]).toContain('Proxy-Authorization: Basic eA==');
    const other = sendBy(
      { host: 'proxy.test', port: proxy.port },
      { egress: { ...oneOpen(), allowPorts: [{ first: 443, last: 443 }] } },
    );
    expect(await other('https://receiver.test/')).toMatchObject({ kind: 'forbidden_address' });
  });

  it('that has no address is our fault, as any proxy that does not work', async () => {
    const resolve = async (name: string) => (name === 'proxy.test' ? [] : ['127.0.0.1']);
    expect(await sendBy({ host: 'proxy.test', port: 1 }, { resolve })('http://receiver.test/')).toMatchObject({
      kind: 'local_fault',
    });
  });

  it('goes before the one of all, and none is the way without it', async () => {
    const receiver = await startReceiver();
    endings.push(() => receiver.stop());
    const [usual, own] = [await startProxy('close'), await startProxy({ to: receiver.port })];
    const given = { proxy: proxyAt(usual.port) };
    const url = `http://receiver.test:${receiver.port}/`;
    expect(await sendBy(proxyAt(own.port), given)(url)).toMatchObject({ status: 200 });
    expect(await sendBy('none', given)(url)).toMatchObject({ status: 200 });
    expect([usual.heads.length, own.heads.length]).toEqual([0, 1]);
    expect(await sendBy(undefined, given)(url)).toMatchObject({ kind: 'local_fault' });
  });
});
