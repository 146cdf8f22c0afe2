import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import { type EgressSettings, makeEgressRules } from '../domain/egress/egress-rules.js';
import { parseHostPatterns } from '../domain/egress/host-pattern.js';
import { parseIpRanges } from '../domain/egress/ip-range.js';
import { PUBLIC_ONLY } from '../testkit/egress-settings.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { makeSender, type Sender } from './http/sender.js';
import type { ResolveHost } from './lookup/resolve-host.js';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const allow = (text: string) => {
  const ranges = parseIpRanges(text);
  return { development: false, allowRanges: ranges.ok ? ranges.value : [] };
};
/** 127.0.0.1 represents a public address, and the rest of 127.0.0.0/8 represents addresses that are not public. */
const ONE_OPEN = allow('127.0.0.1');
const PRODUCTION = allow('');

/** Each look-up uses the next answer, and the last answer repeats. */
function answering(...answers: readonly (readonly string[])[]): ResolveHost & { readonly asked: string[] } {
  const asked: string[] = [];
  const resolve = async (hostname: string) => {
    asked.push(hostname);
    return answers[Math.min(asked.length, answers.length) - 1] ?? [];
  };
  return Object.assign(resolve, { asked });
}

function startSender(egress: Partial<EgressSettings>, resolve: ResolveHost = answering()): Sender {
  const opener = makeTestOpener({ egress, resolve });
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
  endings.push(() => sender.stop());
  return sender;
}

async function listen(answer: Parameters<typeof startReceiver>[0] = {}): Promise<Receiver> {
  const receiver = await startReceiver(answer);
  endings.push(() => receiver.stop());
  return receiver;
}

const forbidden = (error: string) => ({ kind: 'forbidden_address', error });
const MIXED = forbidden('the host name has an address that is not public; EGRESS_ALLOW_CIDRS can allow it');

describe('a name', () => {
  it.each([
    [['10.0.0.1']],
    [['169.254.169.254']],
    [['127.0.0.1', '10.0.0.1']],
    [['10.0.0.1', '127.0.0.1']],
    [['127.0.0.1', '::ffff:10.0.0.1']],
    [['127.0.0.1', 'fd00::1']],
    [['127.0.0.1', 'fe80::1%eth0']],
    [
      [
        '127.0.0.1',
        '127.0.0.1',
        '127.0.0.1',
        '127.0.0.1',
        '127.0.0.1',
        '127.0.0.1',
        '127.0.0.1',
        '127.0.0.1',
        '0.0.0.0',
      ],
    ],
    [['not an address']],
    [['127.0.0.1', '']],
  ])('with an address that is not public is refused, and the address is not shown: %j', async (addresses) => {
    const receiver = await listen();
    const outcome = await startSender(ONE_OPEN, answering(addresses)).send(
      makeTestRequest(`http://receiver.test:${receiver.port}/`),
    );
    expect(outcome).toEqual(MIXED);
    expect(receiver.requests).toHaveLength(0);
  });

  it('is reached at the next of its addresses when one does not answer', async () => {
    const receiver = await listen();
    const sender = startSender(allow('127.0.0.0/8'), answering(['127.0.0.9', '127.0.0.1', '::ffff:127.0.0.9']));
    expect(await sender.send(makeTestRequest(`http://receiver.test:${receiver.port}/`))).toMatchObject({ status: 200 });
    expect(receiver.requests[0]?.headers.host).toBe(`receiver.test:${receiver.port}`);
  });

  it('with thousands of addresses is judged by the first 64, and reached at no other', async () => {
    const receiver = await listen();
    const many = Array<string>(64).fill('127.0.0.1').concat(Array<string>(100_000).fill('10.0.0.1'));
    const settings = { ...PUBLIC_ONLY, ...ONE_OPEN };
    const known = makeEgressRules(settings);
    let judged = 0;
    const rules = { ...known, isAllowed: (address: string) => ++judged > 0 && known.isAllowed(address) };
    const opener = makeTestOpener({ rules, resolve: answering(many, many.slice(1)) });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener, keepAliveMs: 1 });
    endings.push(() => sender.stop());
    const request = makeTestRequest(`http://receiver.test:${receiver.port}/`);
    expect(await sender.send(request)).toMatchObject({ status: 200 });
    expect(judged).toBe(65);
    await eventually(() => sender.stats().sockets === 0, { what: 'the connection to be closed' });
    expect(await sender.send(request)).toEqual(MIXED);
    expect(receiver.requests).toHaveLength(1);
  });

  it('that leads to what EGRESS_DENY_CIDRS names is refused, and says which setting does so', async () => {
    const receiver = await listen();
    const denyRanges = allow('127.0.0.0/8').allowRanges;
    const sender = startSender({ ...ONE_OPEN, denyRanges }, answering(['127.0.0.1']));
    const error = 'the host name has an address that is not allowed here (EGRESS_DENY_CIDRS)';
    expect(await sender.send(makeTestRequest(`http://receiver.test:${receiver.port}/`))).toEqual(forbidden(error));
    expect(receiver.requests).toHaveLength(0);
  });

  it('that EGRESS_DENY_HOSTS names is not looked up', async () => {
    const patterns = parseHostPatterns('*.internal.test');
    const resolve = answering(['127.0.0.1']);
    const sender = startSender({ ...ONE_OPEN, denyHosts: patterns.ok ? patterns.value : [] }, resolve);
    const error = 'db.internal.test is not allowed here (EGRESS_DENY_HOSTS)';
    expect(await sender.send(makeTestRequest('http://db.INTERNAL.test/'))).toEqual(forbidden(error));
    expect(resolve.asked).toEqual([]);
  });

  it('without any address is the receiver’s trouble', async () => {
    const outcome = await startSender(ONE_OPEN, answering([])).send(makeTestRequest('http://receiver.test/'));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'dns', error: 'host name has no address' });
  });
});

describe('a name that is public first and private then', () => {
  it('is refused on the next attempt, when each has a connection of its own', async () => {
    const receiver = await listen({ headers: { connection: 'close' } });
    const resolve = answering(['127.0.0.1'], ['127.0.0.2']);
    const sender = startSender(ONE_OPEN, resolve);
    const request = makeTestRequest(`http://rebind.test:${receiver.port}/`);
    expect(await sender.send(request)).toMatchObject({ status: 200 });
    await eventually(() => sender.stats().sockets === 0, { what: 'the connection to be closed' });
    expect(await sender.send(request)).toEqual(MIXED);
    expect(resolve.asked).toEqual(['rebind.test', 'rebind.test']);
  });

  it('is not looked up while its connection lasts, and refused when that is gone', async () => {
    const receiver = await listen();
    const resolve = answering(['127.0.0.1'], ['127.0.0.2']);
    const opener = makeTestOpener({ egress: ONE_OPEN, resolve });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener, keepAliveMs: 100 });
    endings.push(() => sender.stop());
    const request = makeTestRequest(`http://rebind.test:${receiver.port}/`);
    for (let sent = 0; sent < 3; sent += 1) expect(await sender.send(request)).toMatchObject({ status: 200 });
    expect(resolve.asked).toHaveLength(1);
    await eventually(() => sender.stats().sockets === 0, { what: 'the idle connection to be closed' });
    expect(await sender.send(request)).toEqual(MIXED);
    expect(receiver.requests).toHaveLength(3);
  });

  it('is refused when a used connection dies and the request is sent again', async () => {
    const server = net.createServer((socket) => {
      let requests = 0;
      socket
        .on('error', () => undefined)
        .on('data', () => {
          requests += 1;
          if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
          else socket.destroy();
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => server.close(resolve)));
    const sender = startSender(ONE_OPEN, answering(['127.0.0.1'], ['10.0.0.1']));
    const request = makeTestRequest(`http://rebind.test:${(server.address() as AddressInfo).port}/`);
    expect(await sender.send(request)).toMatchObject({ status: 200 });
    expect(await sender.send(request)).toEqual(MIXED);
  });

  it('gains nothing between judging and connecting: it is looked up once for a connection', async () => {
    const receiver = await listen();
    const resolve = answering(['127.0.0.1'], ['127.0.0.2']);
    await startSender(ONE_OPEN, resolve).send(makeTestRequest(`http://rebind.test:${receiver.port}/`));
    expect(resolve.asked).toEqual(['rebind.test']);
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('a literal address', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['①②⑦.⓪.⓪.①', '127.0.0.1'],
    ['127.0.0.1.', '127.0.0.1'],
    ['[::1]', '::1'],
    ['[::ffff:127.0.0.1]', '::ffff:7f00:1'],
    ['localhost', 'localhost'],
    ['any.localhost.', 'any.localhost.'],
  ])('is judged though nothing is looked up: %s', async (host, shown) => {
    const receiver = await listen();
    const resolve = answering(['127.0.0.1']);
    const outcome = await startSender(PRODUCTION, resolve).send(makeTestRequest(`http://${host}:${receiver.port}/`));
    expect(outcome).toEqual(forbidden(`${shown} is not a public address; EGRESS_ALLOW_CIDRS can allow it`));
    expect([receiver.requests.length, resolve.asked.length]).toEqual([0, 0]);
  });

  it('that is allowed is reached, and localhost by the one of its addresses that is', async () => {
    const receiver = await listen();
    const sender = startSender(ONE_OPEN);
    for (const host of ['127.0.0.1', '2130706433', 'localhost', '[::ffff:127.0.0.1]'])
      expect(await sender.send(makeTestRequest(`http://${host}:${receiver.port}/`))).toMatchObject({ status: 200 });
  });
});

describe('ports and schemes', () => {
  it('that are not allowed are refused before anything is looked up', async () => {
    const resolve = answering(['127.0.0.1']);
    const sender = startSender({ allowPorts: [{ first: 443, last: 443 }], httpsOnly: true }, resolve);
    expect(await sender.send(makeTestRequest('https://receiver.test:22/'))).toEqual(
      forbidden('port 22 is not allowed here (EGRESS_ALLOW_PORTS)'),
    );
    expect(await sender.send(makeTestRequest('http://receiver.test:443/'))).toEqual(
      forbidden('only https is allowed here (HTTPS_ONLY)'),
    );
    expect(resolve.asked).toEqual([]);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    '(%i) to an address of ours is kept as the answer and not followed',
    async (status) => {
      const internal = await listen();
      const receiver = await listen({ status, headers: { location: `http://127.0.0.2:${internal.port}/` } });
      const resolve = answering(['127.0.0.1']);
      const outcome = await startSender(ONE_OPEN, resolve).send(
        makeTestRequest(`http://receiver.test:${receiver.port}/`),
      );
      expect(outcome).toMatchObject({ kind: 'answered', status });
      expect([internal.requests.length, receiver.requests.length, resolve.asked.length]).toEqual([0, 1, 1]);
    },
  );
});

describe('a socket', () => {
  it('that is connected elsewhere than to what was judged is closed before a byte is written', async () => {
    const receiver = await listen();
    // This rule changes its verdict, to simulate a kernel or a library that connects to another address.
    let judged = 0;
    const rules = {
      isAllowed: () => {
        judged += 1;
        return judged === 1;
      },
      isDenied: () => false,
      allowedBy: 'X',
      problemOfName: () => undefined,
      problemOf: () => undefined,
    };
    const opener = makeTestOpener({ rules, resolve: answering(['127.0.0.1']) });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
    endings.push(() => sender.stop());
    const outcome = await sender.send(makeTestRequest(`http://receiver.test:${receiver.port}/`));
    expect(outcome).toEqual(forbidden('the connection led to an address that is not public'));
    expect(receiver.requests).toHaveLength(0);
    await eventually(() => sender.stats().sockets === 0, { what: 'the socket to be closed' });
  });
});

describe('a lookup', () => {
  it('that never ends is cut by the time of the whole request, and does not hold up stopping', async () => {
    const opener = makeTestOpener({ resolve: () => new Promise(() => undefined) });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 100, opener });
    const outcome = await sender.send(makeTestRequest('http://receiver.test/'));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'timeout', error: 'timed out after 100 ms' });
    await sender.stop();
    expect(sender.stats()).toMatchObject({ inFlight: 0, sockets: 0 });
  });

  it('does not count as time to connect', async () => {
    const receiver = await listen();
    const silent = net.createServer().listen(0, '127.0.0.1');
    endings.push(async () => silent.close());
    await once(silent, 'listening');
    let found: (addresses: readonly string[]) => void = () => undefined;
    const lookup = new Promise<readonly string[]>((resolve) => {
      found = resolve;
    });
    const opener = makeTestOpener({ resolve: () => lookup, connectTimeoutMs: 100 });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
    endings.push(() => sender.stop());
    const sent = sender.send(makeTestRequest(`http://receiver.test:${receiver.port}/`));
    // This connection begins later and uses up its time to connect. The first one would also have timed out if the
    // look-up counted.
    const { port } = silent.address() as AddressInfo;
    const other = await sender.send(makeTestRequest(`https://127.0.0.1:${port}/`));
    expect(other).toMatchObject({ kind: 'unreachable', reason: 'timeout' });
    found(['127.0.0.1']);
    expect(await sent).toMatchObject({ status: 200 });
  });
});
