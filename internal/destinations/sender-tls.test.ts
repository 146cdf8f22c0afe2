import { constants } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { type Certificates, makeCertificates } from '../testkit/servers/certificates.js';
import { type RawAnswer, type RawReceiver, startRawReceiver } from '../testkit/servers/raw-receiver.js';
import type { OpenerOptions } from './connection/opener.js';
import type { TlsProfile } from './connection/tls/tls-profile.js';
import { makeSender, type Sender } from './http/sender.js';

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

function startSender(options: Partial<OpenerOptions> = {}, timeoutMs = 5000): Sender {
  const opener = makeTestOpener({ ca: certificates.ca, ...options });
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs, opener });
  endings.push(() => sender.stop());
  return sender;
}

const refused = (error: string) => ({ kind: 'unreachable', reason: 'tls', error });
const withTls = (url: string, tls: TlsProfile) => makeTestRequest(url, { plan: { connectionPath: { tls } } });

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

  it('refuses the certificate of an unknown authority', async () => {
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

/** Answers and closes, so that each request opens a new connection. */
const ONCE = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}';
const isResumed = (socket: net.Socket) => 'isSessionReused' in socket && (socket as TLSSocket).isSessionReused();

describe.each(['TLSv1.3', 'TLSv1.2'] as const)('a session of %s that is resumed', (maxVersion) => {
  async function listenRaw(answer: RawAnswer): Promise<RawReceiver> {
    const receiver = await startRawReceiver(answer, { ...certificates.server, maxVersion });
    endings.push(() => receiver.stop());
    return receiver;
  }

  it('is used where it works', async () => {
    const resumed: boolean[] = [];
    const { url } = await listenRaw((socket) => {
      resumed.push(isResumed(socket));
      socket.end(ONCE);
    });
    const sender = startSender();
    for (let sent = 0; sent < 3; sent += 1)
      expect(await sender.send(makeTestRequest(url))).toMatchObject({ status: 200 });
    expect(resumed).toEqual([false, true, true]);
  });

  it('and cut before an answer is forgotten, and costs no try', async () => {
    const receiver = await listenRaw((socket) => {
      if (isResumed(socket)) socket.destroy();
      else socket.end(ONCE);
    });
    const sender = startSender();
    for (let sent = 0; sent < 4; sent += 1)
      expect(await sender.send(makeTestRequest(receiver.url))).toMatchObject({ status: 200 });
    expect(sender.stats()).toMatchObject({ resent: 1, sessionsRefused: 1 });
    expect(receiver.connections).toHaveLength(5);
  });

  it.each([
    ['hangs', () => undefined],
    ['is cut too late to send again', (socket: net.Socket) => void setTimeout(() => socket.destroy(), 1200)],
  ])('and %s is forgotten by the next attempt', async (_how, fail) => {
    const { url } = await listenRaw((socket) => {
      if (isResumed(socket)) fail(socket);
      else socket.end(ONCE);
    });
    const sender = startSender({}, 2000);
    const statuses: unknown[] = [];
    for (let sent = 0; sent < 4; sent += 1) {
      const outcome = await sender.send(makeTestRequest(url));
      statuses.push(outcome.kind === 'answered' ? outcome.status : outcome.kind);
    }
    expect(statuses).toEqual([200, 'unreachable', 200, 200]);
    expect(sender.stats()).toMatchObject({ resent: 0, sessionsRefused: 1 });
  });

  it('and slow after a byte of an answer is kept', async () => {
    const { url } = await listenRaw(
      (socket) => void (isResumed(socket) ? socket.write('HTTP/1.1 2') : socket.end(ONCE)),
    );
    const sender = startSender({}, 300);
    for (let sent = 0; sent < 3; sent += 1) await sender.send(makeTestRequest(url));
    expect(sender.stats().sessionsRefused).toBe(0);
  });

  it('and cut behind an idle connection that died costs no try either', async () => {
    const receiver = await listenRaw((socket, connection, request) => {
      if (isResumed(socket) || (connection === 1 && request === 2)) socket.destroy();
      else socket.write(ONCE.replace('Connection: close\r\n', ''));
    });
    const sender = startSender();
    for (let sent = 0; sent < 3; sent += 1)
      expect(await sender.send(makeTestRequest(receiver.url))).toMatchObject({ status: 200 });
    expect(sender.stats().resent).toBe(2);
  });

  it('and cut after a byte of an answer is no reason to send again', async () => {
    const receiver = await listenRaw((socket) => void socket.end(isResumed(socket) ? 'HTTP/1.1 2' : ONCE));
    const sender = startSender();
    expect(await sender.send(makeTestRequest(receiver.url))).toMatchObject({ status: 200 });
    expect(await sender.send(makeTestRequest(receiver.url))).toMatchObject({ reason: 'closed' });
    expect(sender.stats().resent).toBe(0);
  });

  it('and cut again on the full handshake is a failure', async () => {
    const receiver = await listenRaw((socket, connection) => {
      if (connection === 1) socket.end(ONCE);
      else socket.destroy();
    });
    const sender = startSender();
    await sender.send(makeTestRequest(receiver.url));
    expect(await sender.send(makeTestRequest(receiver.url))).toMatchObject({ kind: 'unreachable', reason: 'closed' });
    expect(receiver.connections).toHaveLength(3);
  });
});

describe('a server that refuses resumed sessions in the handshake', () => {
  it.each(['cuts', 'hangs'])('and %s gets a full handshake, and no request is sent twice', async (how) => {
    const sessions = new Set<string>();
    let refused = 0;
    const server = https.createServer(
      { ...certificates.server, maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET },
      (_request, response) => response.writeHead(200, { connection: 'close' }).end('{}'),
    );
    server.on('newSession', (id, _data, done) => {
      sessions.add(id.toString('hex'));
      done();
    });
    server.on('resumeSession', (id, done) => {
      // A client without a session sends an id of its own.
      if (!sessions.has(id.toString('hex'))) {
        done(null, null);
        return;
      }
      refused += 1;
      if (how === 'cuts') done(new Error('no'), null);
    });
    const url = `https://localhost:${await listen(server)}/`;
    const sender = startSender({ connectTimeoutMs: 500 });
    for (let sent = 0; sent < 4; sent += 1)
      expect(await sender.send(makeTestRequest(url))).toMatchObject({ status: 200 });
    expect({ sessions: sessions.size, refused, resent: sender.stats().resent }).toEqual({
      sessions: 4,
      refused: 1,
      resent: 0,
    });
  });
});

describe.each(['TLSv1.3', 'TLSv1.2'] as const)(
  'a receiver that asks for a client certificate under %s',
  (maxVersion) => {
    const asking = { requestCert: true, rejectUnauthorized: true, maxVersion };

    it('and gets none is named so', async () => {
      const { url } = await listenTls({ ...asking, ca: certificates.ca });
      const sender = startSender();
      const wants = 'the receiver requires a client certificate, and the webhook has none';
      const mayWant =
        'the receiver refuses the TLS handshake; it may require a client certificate, and the webhook has none';
      for (let sent = 0; sent < 3; sent += 1)
        expect(await sender.send(makeTestRequest(url))).toEqual(refused(maxVersion === 'TLSv1.3' ? wants : mayWant));
    });

    it('and closes without a word is named so', async () => {
      const receiver = await startRawReceiver((socket) => void socket.destroy(), {
        ...certificates.server,
        ...asking,
        rejectUnauthorized: false,
      });
      endings.push(() => receiver.stop());
      const outcome = await startSender().send(makeTestRequest(receiver.url));
      const error =
        'closed before answering; the receiver had asked for a client certificate, and the webhook has none';
      expect(outcome).toEqual({ kind: 'unreachable', reason: 'closed', error });
    });
  },
);

describe('a receiver that never asked for a client certificate', () => {
  it.each([
    ['unknown ca', 48, 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ['access denied', 49, 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED'],
    ['decrypt error', 51, 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR'],
  ])('is not said to want one when it ends the handshake by the alert %s', async (_name, alert, code) => {
    const fatal = Buffer.from([0x15, 3, 3, 0, 2, 2, alert]);
    const port = await listen(net.createServer((socket) => void socket.once('data', () => socket.end(fatal))));
    const outcome = await startSender().send(makeTestRequest(`https://localhost:${port}/`));
    expect(outcome).toEqual(refused(`TLS failed (${code})`));
  });
});

describe('a receiver that does not trust the client certificate', () => {
  it('and closes without a word is named so', async () => {
    const { url } = await listenTls({ requestCert: true, rejectUnauthorized: true, ca: makeCertificates().ca });
    const outcome = await startSender().send(withTls(url, { id: 'one', ...certificates.client }));
    const error = 'closed before answering; the receiver had asked for a client certificate';
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'closed', error });
  });
});
