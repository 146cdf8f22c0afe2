import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type DnsServer, startDnsServer } from '../../testkit/servers/dns-server.js';
import { DescribedFault } from '../connection/connect-error.js';
import type { ResolveHost } from './resolve-host.js';
import { makeSystemResolver } from './system-resolver.js';

const TIMEOUT_MS = 400;

let folder: string;
let dns: DnsServer;
let resolve: ResolveHost;
const file = (name: string, text: string) => writeFileSync(join(folder, name), text);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hukz-lookup-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  dns = await startDnsServer(() => 'no such name');
  file('hosts', '127.0.0.1 localhost\n10.0.0.7  printer Printer.lan # by the window\nfd00::7 printer\nnonsense here\n');
  file('resolv.conf', 'nameserver 127.0.0.1\nsearch first.test second.test\noptions edns0 ndots:2 rotate\n');
  resolve = makeSystemResolver({
    timeoutMs: TIMEOUT_MS,
    servers: [dns.address],
    hostsPath: join(folder, 'hosts'),
    resolvConfPath: join(folder, 'resolv.conf'),
  });
});
afterEach(() => dns.stop());

const faultOf = (hostname: string) =>
  resolve(hostname).then(
    (addresses) => ({ addresses }),
    (error: unknown) => (error instanceof DescribedFault ? error.fault : error),
  );

describe('a name', () => {
  it('has the addresses of both families, IPv4 first', async () => {
    dns.reply(() => ['2606:4700::1111', '192.0.2.1', '192.0.2.2', '2606:4700::1001']);
    const addresses = await resolve('example.test.');
    expect([...addresses.slice(0, 2)].sort()).toEqual(['192.0.2.1', '192.0.2.2']);
    expect([...addresses.slice(2)].sort()).toEqual(['2606:4700::1001', '2606:4700::1111']);
  });

  it.each([['192.0.2.1'], ['2606:4700::1111']])('with addresses of one family only is found: %s', async (address) => {
    dns.reply(() => [address]);
    expect(await resolve('www.example.test')).toEqual([address]);
  });

  it('is not kept waiting for IPv6 when its servers drop those questions', async () => {
    dns.reply((_name, type) => (type === 'A' ? ['192.0.2.1'] : 'silence'));
    expect(await resolve('www.example.test')).toEqual(['192.0.2.1']);
  });

  it('in the hosts file is not asked for, whatever its case', async () => {
    expect(await resolve('printer')).toEqual(['10.0.0.7', 'fd00::7']);
    expect(await resolve('PRINTER.LAN.')).toEqual(['10.0.0.7']);
    expect(dns.questions).toEqual([]);
  });

  it('is read from the hosts file as it is now', async () => {
    file('hosts', '192.0.2.9 printer\n');
    utimesSync(join(folder, 'hosts'), 1, 1);
    expect(await resolve('printer')).toEqual(['192.0.2.9']);
    rmSync(join(folder, 'hosts'));
    dns.reply(() => ['192.0.2.10']);
    expect(await resolve('printer')).toEqual(['192.0.2.10']);
  });

  it('that is short is tried as it is, then in the search domains', async () => {
    dns.reply((name) => (name === 'receiver.second.test' ? ['192.0.2.1'] : 'no such name'));
    expect(await resolve('receiver')).toEqual(['192.0.2.1']);
    const asked = dns.questions.filter((question) => question.startsWith('A '));
    expect(asked).toEqual(['A receiver', 'A receiver.first.test', 'A receiver.second.test']);
  });

  it('that a search domain turns into a denied one is not looked up, and the denied name is not shown', async () => {
    dns.reply((name) => (name === 'receiver.second.test' ? ['192.0.2.1'] : 'no such name'));
    const problemOf = (name: string) => (name.endsWith('.second.test') ? `${name} is denied` : undefined);
    const fault = await resolve('receiver', problemOf).catch((error: unknown) => error);
    const words = 'the host name, with a search domain of this machine, is not allowed here (EGRESS_DENY_HOSTS)';
    expect(fault).toMatchObject({ fault: { reason: 'forbidden_address', description: words } });
    expect(dns.questions.filter((question) => question.includes('second'))).toEqual([]);
    expect(await resolve('receiver')).toEqual(['192.0.2.1']);
  });

  it.each(['receiver.', 'a.b.c'])('that is whole is tried as it is only: %s', async (name) => {
    await faultOf(name);
    expect(new Set(dns.questions)).toEqual(
      new Set([`A ${name.replace(/\.$/, '')}`, `AAAA ${name.replace(/\.$/, '')}`]),
    );
  });

  it('is looked up once for all who ask at the same time, and again for who asks later', async () => {
    dns.reply(() => ['192.0.2.1']);
    await Promise.all([1, 2, 3].map(() => resolve('www.example.test')));
    expect(dns.questions).toHaveLength(2);
    dns.reply(() => ['192.0.2.2']);
    expect(await resolve('www.example.test')).toEqual(['192.0.2.2']);
  });
});

describe('a name that is not found', () => {
  it.each([
    ['no such name', 'host name not found'],
    [[], 'host name has no address'],
  ] as const)('because the answer is %j is the receiver’s trouble', async (reply, words) => {
    dns.reply(() => reply);
    expect(await faultOf('www.example.test')).toEqual({ reason: 'dns', description: words });
  });

  it.each([`${'a'.repeat(64)}.test`, 'a..b', '127.0.0.1..'])('because it is none is too: %s', async (name) => {
    expect(await faultOf(name)).toEqual({ reason: 'dns', description: 'host name is not valid' });
  });

  it('because its own servers fail is too: our resolver answers for others', async () => {
    dns.reply((name) => (name === '' ? [] : 'failure'));
    expect(await faultOf('www.example.test')).toEqual({
      reason: 'dns',
      description: "the host's name servers fail (ESERVFAIL)",
    });
  });

  it('because its own servers are silent is too', async () => {
    dns.reply((name) => (name === '' ? 'no such name' : 'silence'));
    expect(await faultOf('www.example.test')).toEqual({
      reason: 'dns',
      description: "the host's name servers did not answer within 400 ms",
    });
  });

  it.each([
    ['failure', 'our resolver fails (ESERVFAIL)'],
    ['refused', 'our resolver fails (EREFUSED)'],
    ['silence', 'our resolver did not answer within 400 ms'],
  ] as const)(
    'because our resolver answers everything with %s is our fault, reported in time',
    async (reply, words) => {
      dns.reply(() => reply);
      const started = performance.now();
      expect(await faultOf('www.example.test')).toEqual({ reason: 'local_fault', description: words });
      expect(performance.now() - started).toBeLessThan(5000);
    },
  );

  it('because there is no resolver at all is our fault, and it is found when it comes back', async () => {
    const [, port] = dns.address.split(':');
    await dns.stop();
    expect(await faultOf('www.example.test')).toMatchObject({ reason: 'local_fault' });
    dns = await startDnsServer(() => ['192.0.2.1'], Number(port));
    expect(await resolve('www.example.test')).toEqual(['192.0.2.1']);
  });
});
