import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { PUBLIC_ONLY } from '../../testkit/egress-settings.js';
import { fc } from '../../testkit/properties.js';
import { shortestMs } from '../../testkit/turns/shortest-ms.js';
import type { Parsed } from '../text/parsed.js';
import { destinationOf, type EgressSettings, makeEgressRules } from './egress-rules.js';
import { matchesHost, parseHostPatterns } from './host-pattern.js';
import { parseIpAddress } from './ip-address.js';
import { parseIpRanges } from './ip-range.js';
import { isMetadata } from './metadata-addresses.js';
import { parseNat64Prefixes } from './nat64-prefix.js';
import { DEFAULT_PORTS, parsePortRanges } from './port-range.js';

const production = makeEgressRules(PUBLIC_ONLY);
const development = makeEgressRules({ ...PUBLIC_ONLY, development: true });

interface Texts {
  readonly allow?: string;
  readonly deny?: string;
  readonly hosts?: string;
  readonly nat64?: string;
}

const parsedOf = <T>(read: Parsed<T>): T => {
  if (!read.ok) throw new Error(read.problem);
  return read.value;
};
const settingsOf = ({ allow = '', deny = '', hosts = '', nat64 = '' }: Texts): EgressSettings => ({
  ...PUBLIC_ONLY,
  allowRanges: parsedOf(parseIpRanges(allow)),
  denyRanges: parsedOf(parseIpRanges(deny)),
  denyHosts: parsedOf(parseHostPatterns(hosts)),
  nat64Prefixes: parsedOf(parseNat64Prefixes(nat64)),
});
const allowing = (allow: string) => makeEgressRules(settingsOf({ allow }));

/**
 * Follows the table of RFC 6052, section 2.2, in hexadecimal digits. The digits at 16 and 17 are zero and are skipped.
 */
function translate(prefix: string, ipv4: string): string {
  const [start = '', length] = prefix.split('/');
  const head = (parseIpAddress(start)?.value ?? 0n)
    .toString(16)
    .padStart(32, '0')
    .slice(0, Number(length) / 4);
  const inner = ipv4
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
  const text = Number(length) === 96 ? head + inner : [...head, ...inner].toSpliced(16, 0, '0', '0').join('');
  return (text.padEnd(32, '0').match(/.{4}/g) ?? []).join(':');
}

/** Pairs of addresses on both sides of each border. */
const PUBLIC = [
  ...['1.0.0.0', '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '93.184.215.14', '100.63.255.255', '100.128.0.0'],
  ...['126.255.255.255', '128.0.0.0', '168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0'],
  ...['172.15.255.255', '172.32.0.0', '192.0.1.0', '192.0.3.0', '192.31.195.255', '192.31.197.0', '192.52.192.255'],
  ...['192.88.98.255', '192.88.100.0', '192.167.255.255', '192.169.0.0', '192.175.47.255', '192.175.49.0'],
  ...['198.17.255.255', '198.20.0.0', '198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0'],
  ...['223.255.255.255', '2001:200::', '2001:4860:4860::8888', '2001:db7:ffff::', '2001:db9::', '2001:ffff::'],
  ...['2003::', '2400:cb00::1', '2606:4700:4700::1111', '3fff:1000::', '2A00:1450:4001::200E', '::ffff:8.8.8.8'],
  ...['64:ff9b::8.8.8.8', '64:ff9b::808:808', '64:ff9b:1::8.8.8.8', '64:ff9b:1:808:8:800::'],
];
const FORBIDDEN = [
  ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.0'],
  ...['127.0.0.1', '127.255.255.255', '168.63.129.16', '169.254.0.0', '169.254.169.254', '169.254.170.2'],
  ...['169.254.255.255', '172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.255', '192.0.2.0', '192.0.2.255'],
  ...['192.31.196.1', '192.52.193.1', '192.88.99.1', '192.168.0.0', '192.168.255.255', '192.175.48.1'],
  ...['198.18.0.0', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.0', '239.255.255.255', '240.0.0.0'],
  ...['255.255.255.255', '100.100.100.200', '::', '::1', '::2', '::127.0.0.1', '::8.8.8.8', '::ffff:127.0.0.1'],
  ...['::ffff:7f00:1', '0:0:0:0:0:ffff:a00:1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '::FFFF:C0A8:101'],
  ...['::ffff:0:127.0.0.1', '::ffff:0:808:808', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '100::1'],
  ...['1fff:ffff::', '2001::', '2001::1', '2001:0:7f00:1::', '2001:1ff:ffff::', '2001:db8::', '2001:db8:ffff::1'],
  ...['2002::', '2002:7f00:1::', '2002:0808:0808::', '2002:ffff::', '3fff::', '3fff:fff:ffff::', '4000::', '5f00::1'],
  ...['fc00::', 'fd00::1', 'fd00:ec2::254', 'fdff:ffff::', 'fe80::1', 'fe80::1%eth0', 'fe80::1%25', 'febf::1'],
  ...['fec0::1', 'ff00::1', 'ff02::1', 'ff0e::1', 'ffff::', '::1%lo', '::ffff:127.0.0.1%2'],
];
const NO_ADDRESS = [
  ...[
    '',
    ' ',
    'localhost',
    'example.com',
    '8.8.8',
    '8.8.8.8.',
    '8.8.8.8.8',
    '08.8.8.8',
    '8.8.8.256',
    '8.8.8.-1',
    '0x8.8.8.8',
  ],
  ...[
    '134744072',
    '8.8.8.8 ',
    ' 8.8.8.8',
    '8.8.8.8%0',
    '8.8.8.8\n',
    '2606:4700:::1',
    '2606::4700::1',
    '2606:4700',
    '2606:g::',
  ],
  ...[
    '12606::',
    '[2606:4700::1]',
    '2606:4700:1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8.8.8.8',
    ':1',
    '1:',
    ':::',
    '::ffff:8.8.8',
    '%',
  ],
];

/** Spellings of a URL's host that users may write and that `new URL` normalizes. */
const SPELLINGS = [
  ...['2130706433', '0x7f000001', '0x7f.1', '0x7F.0x0.0x0.0x1', '127.1', '127.0.1', '0177.0.0.1', '017700000001'],
  ...[
    '①②⑦.⓪.⓪.①',
    '１２７.0.0.1',
    '127。0。0。1',
    '127．0．0．1',
    '%31%32%37.0.0.1',
    '127.0.0.1.',
    '127.1.',
    '0',
    '0x0',
  ],
  ...['00000177.1', '[::1]', '[0:0:0:0:0:0:0:1]', '[::127.0.0.1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
  ...['[0000::FFFF:7F00:0001]', '[::ffff:a9fe:a9fe]', '[::]', '[fe80::1]', '[fd00:ec2::254]', '[64:ff9b::a00:1]'],
  ...['[2002:7f00:1::]', '0xa9fea9fe', '2852039166', '169.254.43518', '169.16689662', '0251.0376.0251.0376', '10.1'],
  ...['0xA000001', '192.168.257', '3232235777', '172.1048577', 'localhost', 'LOCALHOST', 'localhost.', 'a.localhost'],
  ...['a.b.LocalHost.', 'ｌｏｃａｌｈｏｓｔ', 'loc%61lhost', '%6c%6f%63%61%6c%68%6f%73%74'],
];

describe('in production an address', () => {
  it.each(PUBLIC)('that is public may be connected to: %s', (address) => {
    expect(production.isAllowed(address)).toBe(true);
  });
  it.each(FORBIDDEN)('that is not public may not: %s', (address) => {
    expect(production.isAllowed(address)).toBe(false);
  });
  it.each(NO_ADDRESS)('that is none may not: %j', (text) => {
    expect([production, development, allowing('0.0.0.0/0,::/0')].map((rules) => rules.isAllowed(text))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('a URL', () => {
  it.each(SPELLINGS)('that spells an address of ours is refused before anything is looked up: %s', (host) => {
    const url = new URL(`http://${host}:8080/`);
    expect(production.problemOf(destinationOf(url))).toBe(
      `${url.hostname.replace(/[[\]]/g, '')} is not a public address; EGRESS_ALLOW_CIDRS can allow it`,
    );
  });
  it.each(['example.com', 'localhost.example.com', 'notlocalhost', '8.8.8.8', '[2606:4700::1]', '127.0.0.1.nip.io'])(
    'of another host is not: %s',
    (host) => {
      expect(production.problemOf(destinationOf(new URL(`https://${host}/`)))).toBeUndefined();
    },
  );
  it.each(['[fe80::1%25eth0]', '[::1%lo]', '256.1.1.1', '4294967296', '1.2.3.4.5', 'x.127.0.0.1', '0x100000000'])(
    'is none with such a host: %s',
    (host) => {
      expect(URL.canParse(`http://${host}/`)).toBe(false);
    },
  );
});

describe('what opens', () => {
  it.each(['127.0.0.1', '127.9.9.9', '10.1.2.3', '172.20.0.2', '192.168.1.1', '::1', 'fd12::1', '::ffff:10.0.0.1'])(
    'development opens loopback and private networks: %s',
    (address) => expect(development.isAllowed(address)).toBe(true),
  );
  it.each([
    '169.254.169.254',
    '168.63.129.16',
    'fd00:ec2::254',
    '100.100.100.200',
    '169.254.170.2',
    'fe80::1',
    '0.0.0.0',
  ])('development opens no metadata service and nothing else: %s', (address) =>
    expect(development.isAllowed(address)).toBe(false),
  );
  it.each([
    ['10.1.0.0/16', '10.1.255.255', '10.2.0.0'],
    ['169.254.169.254', '169.254.169.254', '169.254.169.253'],
    ['fd12::/16, 127.0.0.0/8', 'fd12:ffff::', 'fd13::'],
    ['127.0.0.0/8', '::ffff:127.0.0.1', '::1'],
    ['::/0', '::1', '127.0.0.1'],
    ['0.0.0.0/0', '127.0.0.1', '::1'],
    ['::1', '::1', '::2'],
  ])('EGRESS_ALLOW_CIDRS=%s opens %s and not %s', (text, open, shut) => {
    expect([allowing(text).isAllowed(open), allowing(text).isAllowed(shut)]).toEqual([true, false]);
  });
  it('localhost is open when one of its two addresses is', () => {
    const to = destinationOf(new URL('http://localhost:9000/'));
    expect(allowing('127.0.0.0/8').problemOf(to)).toBeUndefined();
    expect(allowing('10.0.0.0/8').problemOf(to)).toMatch(/^localhost is not a public address/);
  });
  it.each([
    '10.0.0.0/33',
    '10.0.0.1/8',
    '::1/64',
    '10.0.0.0/',
    '10/8',
    'x',
    'fe80::%1/64',
    '::ffff:10.0.0.0/104',
    '1.1.1.1/-1',
  ])('a range that is none is refused in words: %s', (text) =>
    expect(parseIpRanges(text)).toEqual({ ok: false, problem: expect.stringContaining(`"${text}"`) }),
  );
});

/**
 * Metadata addresses of all clouds, from https://datatracker.ietf.org/doc/html/rfc3927 and the clouds' documentation.
 */
const METADATA = [
  ...['169.254.169.254', '169.254.169.253', '169.254.169.123', '169.254.170.2', '169.254.170.23', '169.254.42.42'],
  ...['169.254.0.23', '169.254.10.10', '100.100.100.200', '100.88.222.5', '168.63.129.16', '192.0.0.192'],
  ...['192.80.8.124', 'fe80::a9fe:a9fe', 'fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe'],
  ...['fd00:42::42', 'fd00:a9fe:a9fe::1', 'fd00:100::100:200'],
];

describe('a metadata service', () => {
  const everything = settingsOf({ allow: '0.0.0.0/0, ::/0, 169.254.0.0/16, fd00::/8, 100.64.0.0/10' });
  const anywhere = makeEgressRules({ ...everything, development: true });

  it.each(METADATA)('is shut in each mode and in each range that is allowed: %s', (address) => {
    expect([production, development, anywhere].map((rules) => rules.isAllowed(address))).toEqual([false, false, false]);
  });

  it.each(METADATA)('is opened by an entry of its own, and no other one is: %s', (address) => {
    const rules = allowing(`10.0.0.0/8, ${address}`);
    expect(METADATA.filter(rules.isAllowed)).toEqual([address]);
  });

  it.each([
    ['169.254.169.254', '::ffff:169.254.169.254'],
    ['169.254.169.254', '64:ff9b::a9fe:a9fe'],
    ['169.254.169.254', '64:ff9b:1::a9fe:a9fe'],
    ['169.254.169.254', '64:ff9b:1:a9fe:a9:fe00::'],
    ['169.254.169.254', '2002:a9fe:a9fe::'],
    ['169.254.169.254', '::169.254.169.254'],
    ['169.254.169.254', '::ffff:0:169.254.169.254'],
    ['169.254.169.254', 'fd12::5efe:a9fe:a9fe'],
    ['169.254.169.254', '2001:0:a9fe:a9fe::'],
    ['169.254.169.254', '2001:0:808:808::5601:5601'],
    ['168.63.129.16', '64:ff9b::168.63.129.16'],
    ['100.100.100.200', '64:ff9b::100.100.100.200'],
  ])('%s is not reached as %s either', (_address, spelled) => {
    expect([production, development, anywhere].map((rules) => rules.isAllowed(spelled))).toEqual([false, false, false]);
  });

  it('leaves the neighbours open that a range allows', () => {
    const addresses = ['100.100.100.201', 'fd20:ce::255', 'fd00:42::43', '192.0.0.193', 'fd01:ec2::254'];
    expect(addresses.filter((address) => !anywhere.isAllowed(address))).toEqual([]);
  });
});

describe('an address of NAT64', () => {
  /** The examples of RFC 6052, section 2.4, for 192.0.2.33. */
  it.each([
    ['2001:db8::/32', '2001:db8:c000:221::'],
    ['2001:db8:100::/40', '2001:db8:1c0:2:21::'],
    ['2001:db8:122::/48', '2001:db8:122:c000:2:2100::'],
    ['2001:db8:122:300::/56', '2001:db8:122:3c0:0:221::'],
    ['2001:db8:122:344::/64', '2001:db8:122:344:c0:2:2100::'],
    ['2001:db8:122:344::/96', '2001:db8:122:344::192.0.2.33'],
  ])('below %s is judged as the IPv4 address in it: %s', (prefix, address) => {
    const rulesOf = (texts: Texts) => makeEgressRules(settingsOf({ nat64: prefix, ...texts }));
    expect(rulesOf({}).isAllowed(address)).toBe(false);
    expect(rulesOf({ allow: '::/0' }).isAllowed(address)).toBe(false);
    expect(rulesOf({ allow: '192.0.2.33' }).isAllowed(address)).toBe(true);
    expect(rulesOf({ allow: '192.0.2.32' }).isAllowed(address)).toBe(false);
    expect(rulesOf({ allow: '192.0.2.0/24', deny: '192.0.2.33' }).isAllowed(address)).toBe(false);
  });

  it('is open where its IPv4 address is, by prefixes of each length', () => {
    const prefixes = [
      ...['2001:db8::/32', '2a00:1450:4000::/40', '64:ff9b:1::/48', '2a00:1450:4001:800::/56'],
      ...['2a00:1450:4001:801::/64', '2a00:1450:4001:802::/96', '64:ff9b::/96'],
    ];
    const rules = makeEgressRules(settingsOf({ nat64: prefixes.join(), allow: '10.9.0.0/16, ::/0' }));
    const ours = fc.constantFrom('10.9.1.1', '10.8.1.1', '127.0.0.1', '169.254.169.254', '8.8.8.8', '192.168.0.9');
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), fc.oneof(fc.ipV4(), ours), (prefix, address) => {
        expect(rules.isAllowed(translate(prefix, address))).toBe(rules.isAllowed(address));
      }),
      { numRuns: 500 },
    );
  });

  it('whose prefix is not known is open only where each reading of it is', () => {
    // The address contains 10.0.0.1 after 48 bits, and 8.8.8.8 at the end, which a translator with a 48-bit prefix
    // ignores.
    expect(production.isAllowed('64:ff9b:1:a00:0:100:808:808')).toBe(false);
    expect(makeEgressRules(settingsOf({ nat64: '64:ff9b:1:a00::/96' })).isAllowed('64:ff9b:1:a00::8.8.8.8')).toBe(true);
  });

  it.each(['64:ff9b::10.0.0.1', '64:ff9b::7f00:1'])('is not opened by a range of IPv6: %s', (address) => {
    expect(allowing('64:ff9b::/96, ::/0').isAllowed(address)).toBe(false);
    expect(allowing('10.0.0.0/8, 127.0.0.0/8').isAllowed(address)).toBe(true);
  });

  it.each(['64:ff9b::/95', '10.0.0.0/32', '2001:db8::1/96', '2001:db8:0:0:ff00::/96', 'x', '2001:db8::', '::1'])(
    'has no such prefix, which is refused in words: %s',
    (text) => expect(parseNat64Prefixes(text)).toEqual({ ok: false, problem: expect.stringContaining(`"${text}"`) }),
  );
});

describe('an address of a tunnel', () => {
  it.each([
    ['2002::/16', '2002:808:808::1', '2002:a00:1::1'],
    ['2001::/32', '2001:0:808:808::f7f7:f7f7', '2001:0:808:808::f5ff:fffe'],
    ['2001::/32', '2001:0:808:808::f7f7:f7f7', '2001:0:a00:1::f7f7:f7f7'],
    ['::/96', '::8.8.8.8', '::10.0.0.1'],
    ['fd12::/16', 'fd12::5efe:808:808', 'fd12::200:5efe:10.0.0.1'],
  ])('needs %s, and an IPv4 address that is open too: %s, not %s', (range, open, shut) => {
    expect([production.isAllowed(open), production.isAllowed(shut)]).toEqual([false, false]);
    expect([allowing(range).isAllowed(open), allowing(range).isAllowed(shut)]).toEqual([true, false]);
  });
});

describe('EGRESS_DENY_CIDRS', () => {
  it.each([
    ['10.1.0.0/16', '10.1.2.3', '10.2.0.0'],
    ['8.8.8.8', '64:ff9b::8.8.8.8', '64:ff9b::8.8.4.4'],
    ['8.8.8.8', '::ffff:8.8.8.8', '::ffff:8.8.4.4'],
    ['64:ff9b::/96', '64:ff9b::8.8.8.8', '8.8.8.8'],
    ['2606:4700::/32', '2606:4700::1', '2606:4701::1'],
    ['169.254.169.254', '169.254.169.254', '169.254.169.253'],
  ])('%s shuts %s and not %s, whatever is allowed', (deny, shut, open) => {
    const rules = makeEgressRules(settingsOf({ deny, allow: `10.0.0.0/8, 169.254.169.253, 169.254.169.254, ${open}` }));
    expect([rules.isAllowed(shut), rules.isAllowed(open)]).toEqual([false, true]);
    const host = shut.includes(':') ? `[${shut}]` : shut;
    expect(rules.problemOf(destinationOf(new URL(`http://${host}/`)))).toMatch(
      / is not allowed here \(EGRESS_DENY_CIDRS\)$/,
    );
  });
});

describe('EGRESS_DENY_HOSTS', () => {
  const rules = makeEgressRules(
    settingsOf({ hosts: '*.internal.example, metadata.*, db-*.Example.org, bücher.example' }),
  );
  const problemOf = (host: string) => rules.problemOf(destinationOf(new URL(`https://${host}/`)));

  it.each([
    ...[
      'a.internal.example',
      'A.B.INTERNAL.example',
      'a.internal.example.',
      'metadata.google.internal',
      'db-1.example.org',
    ],
    ...['db-a.b.example.org', 'bücher.example', 'xn--bcher-kva.example', '%61.internal.example'],
  ])('shuts %s', (host) => expect(problemOf(host)).toMatch(/ is not allowed here \(EGRESS_DENY_HOSTS\)$/));

  it.each([
    'internal.example',
    'ainternal.example',
    'a.internal.example.com',
    'metadata',
    'db-example.org',
    'example.org',
  ])('leaves %s open', (host) => expect(problemOf(host)).toBeUndefined());

  it.each(['*', '**', '10.*', '10.0.0.1', '[::1]', 'http://x', 'a b', 'x:80', 'x/y', `${'a.'.repeat(130)}b`])(
    'does not take %s',
    (text) => expect(parseHostPatterns(text)).toEqual({ ok: false, problem: expect.stringContaining('"') }),
  );

  it('is judged in a time that a name cannot stretch', () => {
    const pattern = parseHostPatterns(`${'*a'.repeat(100)}*b`);
    if (!pattern.ok) throw new Error(pattern.problem);
    const fits = () => pattern.value.some((each) => matchesHost('a'.repeat(2000), each));
    expect(fits()).toBe(false);
    expect(shortestMs(() => void fits())).toBeLessThan(20);
  });
});

describe('ports and schemes', () => {
  const ports = parsePortRanges('443, 8000-8999');
  const rules = makeEgressRules({ ...PUBLIC_ONLY, httpsOnly: true, allowPorts: parsedOf(ports) });
  it.each([
    ['https://example.com/', undefined],
    ['https://example.com:8000/', undefined],
    ['https://example.com:8999/', undefined],
    ['https://example.com:9000/', 'port 9000 is not allowed here (EGRESS_ALLOW_PORTS)'],
    ['https://example.com:22/', 'port 22 is not allowed here (EGRESS_ALLOW_PORTS)'],
    ['http://example.com:443/', 'only https is allowed here (HTTPS_ONLY)'],
    ['http://8.8.8.8/', 'only https is allowed here (HTTPS_ONLY)'],
  ])('%s: %s', (url, problem) => expect(rules.problemOf(destinationOf(new URL(url)))).toBe(problem));
  it('are all open when nothing is said', () => {
    expect(production.problemOf(destinationOf(new URL('http://example.com:25/')))).toBeUndefined();
  });
  it.each([
    ['http://example.com/', true],
    ['https://example.com/', true],
    ['http://example.com:1024/', true],
    ['https://example.com:65535/', true],
    ['http://example.com:1023/', false],
    ['http://example.com:22/', false],
    ['http://example.com:25/', false],
    ['http://example.com:81/', false],
  ])('that are usual are those of the web and above 1023: %s', (url, isOpen) => {
    const usual = makeEgressRules({ ...PUBLIC_ONLY, allowPorts: DEFAULT_PORTS });
    expect(usual.problemOf(destinationOf(new URL(url))) === undefined).toBe(isOpen);
  });
  it.each(['0', '65536', '9-8', 'x', '1-', '-1', '1-2-3'])('a port that is none is refused in words: %s', (text) => {
    expect(parsePortRanges(text)).toEqual({ ok: false, problem: expect.stringContaining(`"${text}"`) });
  });
});

describe('reading addresses', () => {
  it('knows what Node knows to be an address, and no other text', () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4Extended(),
      fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
      fc
        .array(fc.constantFrom('0', 'ffff', '::', ':', '1.2.3.4', '.', '7f'), { maxLength: 12 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (given) => expect(parseIpAddress(given) !== undefined).toBe(isIPv4(given) || isIPv6(given))),
      { numRuns: 1000 },
    );
  });

  it('agrees with Node on which range an address is in', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(address, fc.ipV4(), fc.nat(32), (given, start, length) => {
        const family = isIPv4(start) ? 32 : 128;
        const value = parseIpAddress(start)?.value ?? 0n;
        const first = (value >> BigInt(family - length)) << BigInt(family - length);
        const text = [24n, 16n, 8n, 0n].map((shift) => String((first >> shift) & 255n)).join('.');
        const list = new BlockList();
        list.addSubnet(text, length, 'ipv4');
        const address = parseIpAddress(given);
        fc.pre(address !== undefined && !isMetadata(address));
        const theirs = list.check(given, isIPv4(given) ? 'ipv4' : 'ipv6');
        const open = allowing(`${text}/${length}`);
        expect(open.isAllowed(given) || production.isAllowed(given)).toBe(theirs || production.isAllowed(given));
      }),
    );
  });

  it('judges an IPv4 address inside an IPv6 one as that address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const mapped = new SocketAddress({ address: `::ffff:${address}`, family: 'ipv6' }).address;
        expect(production.isAllowed(mapped)).toBe(production.isAllowed(address));
      }),
    );
  });
});
