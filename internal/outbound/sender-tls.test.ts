import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import { type Certificates, makeCertificates } from '../testkit/certificates.js';
import { makeTestOpener } from '../testkit/test-opener.js';
import { makeTestRequest } from '../testkit/test-request.js';
import type { OpenerOptions } from './opener.js';
import { makeSender, type Sender } from './sender.js';
import type { TlsProfile } from './tls-profile.js';

let certificates: Certificates;
const endings: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  certificates = makeCertificates();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

interface Seen {
  readonly url: string;
  /** The name in the client's certificate, for each connection. */
  readonly clients: unknown[];
}

async function listenTls(options: https.ServerOptions = {}): Promise<Seen> {
  const clients: unknown[] = [];
  const server = https.createServer({ ...certificates.server, ...options }, (_request, response) => response.end('{}'));
  server.on('secureConnection', (socket: TLSSocket) => clients.push(socket.getPeerCertificate().subject?.CN));
  return { url: `https://localhost:${await listen(server)}/`, clients };
}

function startSender(options: Partial<OpenerOptions> = {}): Sender {
  const opener = makeTestOpener({ ca: certificates.ca, ...options });
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
  endings.push(() => sender.stop());
  return sender;
}

const refused = (error: string) => ({ kind: 'unreachable', reason: 'tls', error });
const withTls = (url: string, tls: TlsProfile) => makeTestRequest(url, { plan: { route: { tls } } });

describe('TLS', () => {
  it('works with a certificate that is trusted, and the connection is used again', async () => {
    const server = await listenTls();
    const sender = startSender();
    for (let sent = 0; sent < 3; sent += 1)
      expect(await sender.send(makeTestRequest(server.url))).toMatchObject({ kind: 'answered', status: 200 });
    expect(server.clients).toHaveLength(1);
    expect(sender.stats().sockets).toBe(1);
  });

  it('works for a name with a dot at its end', async () => {
    const { url } = await listenTls();
    const outcome = await startSender().send(makeTestRequest(url.replace('localhost', 'localhost.')));
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
  });

  it('refuses a certificate that is over', async () => {
    const { url } = await listenTls(certificates.expired);
    expect(await startSender().send(makeTestRequest(url))).toEqual(refused('certificate has expired'));
  });

  it('refuses the certificate of an authority that nobody knows', async () => {
    const { url } = await listenTls();
    const sender = startSender({ ca: makeCertificates().ca });
    expect(await sender.send(makeTestRequest(url))).toEqual(refused('certificate chain is incomplete'));
  });

  it('refuses a certificate that is its own authority', async () => {
    const { cert, key } = makeCertificates().authority;
    const { url } = await listenTls({ cert, key });
    expect(await startSender().send(makeTestRequest(url))).toEqual(refused('self-signed certificate'));
  });

  it('refuses the certificate of another host', async () => {
    const { url } = await listenTls();
    const outcome = await startSender().send(makeTestRequest(url.replace('localhost', '127.0.0.1')));
    expect(outcome).toEqual(refused('certificate is for another host name'));
  });

  it('says when the port speaks plain HTTP', async () => {
    const port = await listen(http.createServer());
    const outcome = await startSender().send(makeTestRequest(`https://127.0.0.1:${port}/`));
    expect(outcome).toEqual(refused('the port does not speak TLS'));
  });

  it('that hangs in the handshake is given up after the time for connecting', async () => {
    const port = await listen(net.createServer());
    const sender = startSender({ connectTimeoutMs: 150 });
    const outcome = await sender.send(makeTestRequest(`https://127.0.0.1:${port}/`));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'timeout', error: 'could not connect within 150 ms' });
    expect(sender.stats().sockets).toBe(0);
  });

  it('that is closed in the handshake counts as not connected', async () => {
    const port = await listen(net.createServer((socket) => void socket.once('data', () => socket.destroy())));
    const outcome = await startSender().send(makeTestRequest(`https://127.0.0.1:${port}/`));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'connect', error: 'closed while connecting' });
  });
});

describe('a TLS profile', () => {
  it('shows its client certificate, and shares no connection with others', async () => {
    const server = await listenTls({ ca: certificates.ca, requestCert: true, rejectUnauthorized: false });
    const sender = startSender();
    const mutual = withTls(server.url, { id: 'one', ...certificates.client });
    for (const request of [mutual, makeTestRequest(server.url), mutual])
      expect(await sender.send(request)).toMatchObject({ status: 200 });
    expect(server.clients).toEqual(['hukz', undefined]);
    expect(sender.stats()).toMatchObject({ origins: 2, sockets: 2 });
  });

  it('trusts its own authority, and no other', async () => {
    const server = await listenTls();
    const sender = startSender({ ca: makeCertificates().ca });
    const own = { id: 'one', ca: certificates.ca };
    expect(await sender.send(withTls(server.url, own))).toMatchObject({ status: 200 });
    expect(await startSender().send(withTls(server.url, { id: 'two', ca: makeCertificates().ca }))).toMatchObject(
      refused('certificate chain is incomplete'),
    );
  });

  it('takes any certificate when it is asked to, and what goes by it leaves the others strict', async () => {
    const server = await listenTls(certificates.expired);
    const sender = startSender();
    const url = server.url.replace('localhost', '127.0.0.1');
    expect(await sender.send(withTls(url, { id: 'one', insecure: true }))).toMatchObject({ status: 200 });
    expect(await sender.send(makeTestRequest(url))).toEqual(refused('certificate has expired'));
  });

  it.each([
    ['no PEM', { cert: 'sesame', key: 'sesame' }],
    ['a key of another certificate', undefined],
  ])('that cannot be used is an outcome, without a word of it: %s', async (_name, given) => {
    const pems = given ?? { cert: certificates.client.cert, key: certificates.server.key };
    const outcome = await startSender().send(withTls('https://localhost:1/', { id: 'one', ...pems }));
    const error = "the webhook's certificate, key or CA cannot be used";
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'bad_request', error });
  });
});
