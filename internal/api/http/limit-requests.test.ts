import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';
import { makeTokenApi } from '../../testkit/tokens/token-api.js';

const HOUR_MS = 3_600_000;
/** A third of an hour, minus the time that the test has taken. */
const SOON = expect.stringMatching(/^(1200|11\d\d)$/);

describe('requests above API_RATE', () => {
  let api: TestApi;
  let server: Server;
  const agent = new Agent();

  interface Sent {
    readonly path?: string;
    readonly user?: string;
    /** The address that the request comes from. */
    readonly from?: string;
    /** The announced size of a body that is never sent. */
    readonly bodyBytes?: number;
  }

  const send = ({ path = '/events', user = '1', from = '127.0.0.1', bodyBytes }: Sent = {}) =>
    new Promise<{ status: number | undefined; retryAfter: string | undefined; errors: unknown }>((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const length = bodyBytes === undefined ? {} : { 'content-length': bodyBytes };
      const sent = request({
        ...{ host: '127.0.0.1', port, path, agent, localAddress: from },
        method: bodyBytes === undefined ? 'GET' : 'POST',
        headers: { 'x-user': user, 'content-type': 'application/json', ...length },
      });
      sent.once('error', reject);
      sent.once('response', async (answer: IncomingMessage) => {
        const text = Buffer.concat(await answer.toArray()).toString();
        const { errors } = JSON.parse(text.startsWith('{') ? text : '{}');
        resolve({ status: answer.statusCode, retryAfter: answer.headers['retry-after'], errors });
        sent.destroy();
      });
      if (bodyBytes === undefined) sent.end();
      else sent.flushHeaders();
    });

  beforeEach(async () => {
    api = await makeTestApi({ apiRate: { count: 3, perMs: HOUR_MS } });
    server = createServer(api.app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await api.stop();
  });

  const spend = async (sent: Sent) => {
    for (let n = 0; n < 3; n++) expect(await send(sent)).toMatchObject({ status: 200 });
  };

  it('are refused with the time after which to come again, before a body is read', async () => {
    await spend({});
    const message = expect.stringMatching(
      /^this user has sent more requests than 3\/hour \(API_RATE\): try again in (1200|11\d\d) s$/,
    );
    const refused = { status: 429, retryAfter: SOON, errors: [{ code: 429, message, source: 'X-User' }] };
    expect(await send()).toEqual(refused);
    expect(await send({ bodyBytes: 100_000 })).toEqual(refused);
  });

  it('are announced: each answer says how many requests are left, and when a full burst is possible', async () => {
    const told: (string | string[] | undefined)[][] = [];
    for (let n = 0; n < 4; n++) {
      const { headers } = await supertest(server).get('/events').set('x-user', '1');
      told.push([headers['ratelimit-policy'], headers.ratelimit]);
    }
    const policy = '"caller";q=3;w=3600';
    const left = (requests: number, seconds: number) => {
      const match = /^"caller";r=(\d);t=(\d+)$/.exec(String(told[3 - requests - 1]?.[1])) ?? [];
      expect(Number(match[1])).toBe(requests);
      expect(Math.abs(Number(match[2]) - seconds)).toBeLessThan(100);
    };
    expect(told.map(([announced]) => announced)).toEqual([policy, policy, policy, policy]);
    left(2, 1200);
    left(1, 2400);
    left(0, 3600);
    expect(told[3]?.[1]).toMatch(/^"caller";r=0;t=\d+$/);
    expect((await supertest(server).get('/ping')).headers.ratelimit).toBeUndefined();
  });

  // On other systems, loopback addresses other than 127.0.0.1 have to be configured first.
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('are those of a user from whatever address, and those of an address for whatever user', async () => {
    await spend({ user: '1', from: '127.0.0.1' });
    expect(await send({ user: '1', from: '127.0.0.2' })).toMatchObject({ status: 429 });
    const refused = await send({ user: '2', from: '127.0.0.1' });
    const message = expect.stringMatching(/^this address has sent more requests than 3\/hour/);
    expect(refused).toMatchObject({ status: 429, errors: [{ code: 429, message }] });
    expect(await send({ user: 'nobody', from: '127.0.0.1' })).toMatchObject({ status: 429 });
    await spend({ user: '2', from: '127.0.0.2' });
  });

  it('are not counted, so that who was refused waits no longer for having asked', async () => {
    await spend({});
    for (let n = 0; n < 20; n++) expect(await send()).toMatchObject({ retryAfter: SOON });
  });

  it('leave /ping and /health to everybody', async () => {
    await spend({});
    for (const path of ['/ping', '/ping/', '/health/alive', '/health/ready'])
      for (let n = 0; n < 3; n++) expect(await send({ path })).toMatchObject({ status: 200 });
    for (const path of ['/openapi.json', '/docs', '/nothing'])
      expect(await send({ path })).toMatchObject({ status: 429 });
  });

  it('leave POST /messages to everybody', async () => {
    await spend({});
    const message = { event: 'a.b', payload: 1 };
    // The publisher of this API says that PostgreSQL is away, and so reads each of the messages.
    await api.send('POST', '/messages', message).expect(503);
    await api.send('POST', '/messages/batch', [message]).expect(503);
  });

  it('are counted by kind, and logged once for each', async () => {
    await spend({});
    for (let n = 0; n < 5; n++) await send();
    for (let n = 0; n < 5; n++) await send({ user: '2' });
    expect(api.refused).toEqual([...Array(5).fill('user_rate'), ...Array(5).fill('address_rate')]);
    const began = api.lines.filter(({ name }) => name === 'api.refusals_began');
    expect(began.map(({ level, fields }) => [level, fields])).toEqual([
      ['warn', { reason: 'user_rate', user: 1, api_rate: '3/hour' }],
      ['warn', { reason: 'address_rate', address: '127.0.0.1', api_rate: '3/hour' }],
    ]);
  });
});

// On other systems, loopback addresses other than 127.0.0.1 have to be configured first.
(process.platform === 'linux' ? it : it.skip)(
  'a token has one rate at all addresses, apart from other tokens',
  async () => {
    const api = await makeTokenApi({ apiRate: { count: 4, perMs: HOUR_MS } });
    const server = createServer(api.app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [one = '', other = ''] = [await api.token({ role: 'admin' }), await api.token({ role: 'admin' })];
    const statusOf = (token: string, localAddress: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const { port } = server.address() as AddressInfo;
        const headers = { authorization: `Bearer ${token}` };
        const sent = request({ host: '127.0.0.1', port, path: '/tokens', localAddress, headers, agent: false });
        sent.once('error', reject).once('response', (answer) => resolve(answer.resume().statusCode));
        sent.end();
      });
    for (let n = 2; n < 6; n++) expect(await statusOf(one, `127.0.0.${n}`)).toBe(200);
    expect(await statusOf(one, '127.0.0.7')).toBe(429);
    expect(await statusOf(other, '127.0.0.7')).toBe(200);
    expect(api.refused).toEqual(['user_rate']);
    server.closeAllConnections();
    server.close();
    await api.stop();
  },
);
