import { describe, expect, it } from '@jest/globals';
import { type Caller, doorRefusal } from './browser-door.js';

const plain: Caller = {
  method: 'GET',
  host: 'localhost:8000',
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  fetchDest: undefined,
  localAddress: '192.168.1.7',
  attempt: undefined,
};
const judge = (caller: Partial<Caller>, hosts: readonly string[] = [], development = true) =>
  doorRefusal({ ...plain, ...caller }, { development, hosts })?.reason;

it.each([
  [[], true],
  [[], false],
  [['*'], false],
  [['localhost'], false],
])(
  'a request that hukz itself sends for a webhook is not answered (hosts %j, development %s)',
  (hosts, development) => {
    expect(judge({ method: 'POST', attempt: '1' }, hosts, development)).toBe('delivery');
  },
);

describe('in development', () => {
  it.each([
    'localhost',
    'localhost:8000',
    'LocalHost:1',
    'localhost.',
    '127.0.0.1:8000',
    '127.9.9.9',
    '[::1]:8000',
    '192.168.1.7:8000',
  ])('the host %s is answered', (host) => {
    expect(judge({ host })).toBeUndefined();
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.localhost',
    'localhost@evil.example',
    'localhost:8000:8000',
    'localhost/',
    '192.168.1.8',
    '10.0.0.1:8000',
    '[::2]',
    '0.0.0.0:8000',
    '2130706433',
    '127.1',
    'localhost, evil.example',
  ])('the host %s is not answered', (host) => {
    expect(judge({ host })).toBe('host');
  });

  it('hosts that are configured are answered, and those beside them are not', () => {
    expect(judge({ host: 'Hukz.Internal:8000' }, ['hukz.internal'])).toBeUndefined();
    expect(judge({ host: 'other.internal' }, ['hukz.internal'])).toBe('host');
    expect(judge({ host: 'localhost' }, ['hukz.internal'])).toBeUndefined();
  });

  it.each(['http://localhost:8000', 'https://localhost:8000'])('a page of %s may ask its own host', (origin) => {
    expect(judge({ method: 'POST', origin, fetchSite: 'same-origin' })).toBeUndefined();
  });

  it.each([
    'http://evil.example',
    'null',
    '',
    'http://localhost:3000',
    'http://127.0.0.1:8000',
    'file://',
    'localhost:8000',
    'http://localhost:8000/',
  ])('a page of %s may not', (origin) => {
    expect(judge({ method: 'POST', origin })).toBe('origin');
  });

  it('a page without a port is the same as one with the port that its scheme has', () => {
    expect(judge({ host: 'localhost', origin: 'http://localhost:80' })).toBeUndefined();
    expect(judge({ host: 'localhost:443', origin: 'https://localhost' })).toBeUndefined();
  });

  it('a page of a configured host may ask, from whatever site', () => {
    const caller = { method: 'POST', origin: 'https://console.example:8443', fetchSite: 'cross-site' };
    expect(judge(caller, ['console.example'])).toBeUndefined();
    expect(judge(caller, ['console.example.org'])).toBe('origin');
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s across sites is refused', (method) => {
    expect(judge({ method, fetchSite: 'cross-site' })).toBe('cross_site');
    expect(judge({ method, fetchSite: 'cross-site, cross-site' })).toBe('cross_site');
    for (const fetchSite of ['same-origin', 'same-site', 'none']) expect(judge({ method, fetchSite })).toBeUndefined();
  });

  it('a person may follow a link from another site, a page in a frame and a form of it may not', () => {
    const link = { fetchSite: 'cross-site', fetchMode: 'navigate', fetchDest: 'document' };
    expect(judge(link)).toBeUndefined();
    expect(judge({ ...link, method: 'POST' })).toBe('cross_site');
    expect(judge({ ...link, fetchDest: 'iframe' })).toBe('cross_site');
    expect(judge({ ...link, fetchMode: 'no-cors' })).toBe('cross_site');
    expect(judge({ ...link, host: 'evil.example' })).toBe('host');
  });

  it('a star answers every host and every page', () => {
    expect(judge({ host: 'evil.example', origin: 'null', fetchSite: 'cross-site' }, ['*'])).toBeUndefined();
  });
});

describe('in production', () => {
  it('every host and every page is answered while none is configured', () => {
    expect(judge({ host: 'any.example', origin: 'null', fetchSite: 'cross-site' }, [], false)).toBeUndefined();
  });

  it('only the configured hosts and this machine are answered once there are some', () => {
    const hosts = ['hooks.example'];
    expect(judge({ host: 'hooks.example' }, hosts, false)).toBeUndefined();
    expect(judge({ host: '127.0.0.1:8000' }, hosts, false)).toBeUndefined();
    expect(judge({ host: 'evil.example' }, hosts, false)).toBe('host');
    expect(judge({ host: 'hooks.example', origin: 'https://evil.example' }, hosts, false)).toBe('origin');
    expect(judge({ host: 'hooks.example', fetchSite: 'cross-site' }, hosts, false)).toBe('cross_site');
  });
});
