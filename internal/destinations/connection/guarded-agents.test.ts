import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import got, { RequestError } from 'got';
import { parseIpRanges } from '../../domain/egress/ip-range.js';
import { makeTestOpener } from '../../testkit/kits/test-opener.js';
import { type Certificates, makeCertificates } from '../../testkit/servers/certificates.js';
import { type Receiver, startReceiver } from '../../testkit/servers/receiver.js';
import { startTestProxy } from '../../testkit/servers/test-proxy.js';
import { ConnectError } from './connect-error.js';
import { describeError, outcomeOf } from './describe-error.js';
import { makeGuardedAgents } from './guarded-agents.js';
import type { ConnectionPath, Opener } from './opener.js';

let certificates: Certificates;
const endings: (() => Promise<unknown>)[] = [];
beforeAll(() => {
  certificates = makeCertificates();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const open = parseIpRanges('127.0.0.1');
const egress = { development: false, allowRanges: open.ok ? open.value : [] };
const guarded = (resolve: () => Promise<readonly string[]>): Opener =>
  makeTestOpener({ egress, resolve, ca: certificates.ca });
const clientOf = (opener: Opener, connectionPath?: ConnectionPath) =>
  got.extend({ agent: makeGuardedAgents(opener, connectionPath), retry: { limit: 0 }, timeout: { request: 5000 } });

async function listen(answer: Parameters<typeof startReceiver>[0] = {}): Promise<Receiver> {
  const receiver = await startReceiver(answer);
  endings.push(() => receiver.stop());
  return receiver;
}

/** Returns the outcome that a delivery would have had. */
const outcomeFrom = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => outcomeOf(describeError(error instanceof RequestError ? error.cause : error, 'waiting')),
  );
const MIXED = 'the host name has an address that is not public; EGRESS_ALLOW_CIDRS can allow it';

describe('got with guarded agents', () => {
  it('reaches what is allowed, over http and https', async () => {
    const receiver = await listen({ body: 'plain' });
    const server = https.createServer(certificates.server, (_request, response) => response.end('sealed'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => server.close(resolve)));
    const client = clientOf(guarded(async () => ['127.0.0.1']));
    expect(await client.post(`http://token.test:${receiver.port}/`, { body: 'x' }).text()).toBe('plain');
    const { port } = server.address() as AddressInfo;
    expect(await client.get(`https://receiver.test:${port}/`).text()).toBe('sealed');
    expect(await outcomeFrom(client.get(`https://other.test:${port}/`))).toMatchObject({ reason: 'tls' });
  });

  it('is refused what is not public, by name, by literal and by localhost', async () => {
    const receiver = await listen();
    const client = clientOf(guarded(async () => ['127.0.0.1', '10.0.0.1']));
    const refused = (error: string) => ({ kind: 'forbidden_address', error });
    expect(await outcomeFrom(client.get(`http://token.test:${receiver.port}/`))).toEqual(refused(MIXED));
    for (const [host, shown] of [
      ['127.0.0.2', '127.0.0.2'],
      ['0x7f.2', '127.0.0.2'],
      ['[::1]', '::1'],
      ['[::ffff:10.0.0.1]', '::ffff:a00:1'],
    ])
      expect(await outcomeFrom(client.get(`http://${host}:${receiver.port}/`))).toEqual(
        refused(`${shown} is not a public address; EGRESS_ALLOW_CIDRS can allow it`),
      );
    expect(receiver.requests).toHaveLength(0);
  });

  it('may follow a redirect, but not to us', async () => {
    const receiver = await listen((request) => ({
      status: 302,
      headers: { location: request.url === '/' ? `http://127.0.0.2:${receiver.port}/internal` : '/' },
    }));
    const client = clientOf(guarded(async () => ['127.0.0.1']));
    const outcome = await outcomeFrom(client.get(`http://token.test:${receiver.port}/`, { followRedirect: true }));
    expect(outcome).toMatchObject({ kind: 'forbidden_address' });
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/']);
  });

  it('is judged again on each request', async () => {
    const receiver = await listen();
    let lookups = 0;
    const client = clientOf(
      guarded(async () => {
        lookups += 1;
        return lookups === 1 ? ['127.0.0.1'] : ['127.0.0.2'];
      }),
    );
    expect((await client.get(`http://token.test:${receiver.port}/`)).statusCode).toBe(200);
    expect(await outcomeFrom(client.get(`http://token.test:${receiver.port}/`))).toMatchObject({ error: MIXED });
  });

  it('asks no lookup of its own, nor a socket on disk', async () => {
    const client = clientOf(guarded(async () => ['10.0.0.1']));
    const dnsLookup = () => {
      throw new Error('asked');
    };
    expect(await outcomeFrom(client.get('http://token.test/', { dnsLookup }))).toMatchObject({ error: MIXED });
    const agent = makeGuardedAgents(guarded(async () => ['10.0.0.1'])).http;
    const failure = new Promise((resolve) =>
      http.get({ agent, host: 'token.test', socketPath: '/run/docker.sock' }).on('error', resolve),
    );
    expect(await failure).toBeInstanceOf(ConnectError);
  });

  it('goes by the route that is given', async () => {
    const receiver = await listen();
    const proxy = await startTestProxy({ to: receiver.port });
    endings.push(() => proxy.stop());
    const client = clientOf(
      guarded(async () => ['127.0.0.1']),
      { proxy: { host: '127.0.0.1', port: proxy.port } },
    );
    expect((await client.get('http://token.test/')).statusCode).toBe(200);
    expect(proxy.heads).toHaveLength(1);
  });
});
