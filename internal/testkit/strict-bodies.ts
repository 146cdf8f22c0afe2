import type { Certificates } from './servers/certificates.js';

/** A value of a webhook's field, about which the schema and the service must agree. */
export interface FieldCase {
  readonly field: string;
  readonly value: unknown;
  readonly isAccepted: boolean;
  /** Other fields of the same body. */
  readonly beside?: object;
}

type Values = readonly unknown[];

const SMILE = '😀';
const OAUTH2 = { type: 'oauth2', client_id: 'me', client_secret: 'a-secret-of-ours' };
const SEED = `whsk_${Buffer.alloc(32, 7).toString('base64')}`;
const bytes = (count: number) => `whsec_${Buffer.alloc(count, 7).toString('base64')}`;

/** Values that are accepted and values that are refused, by field. */
export function fieldCases({ ca, client }: Certificates): readonly FieldCase[] {
  const pair = { certificate: client.cert, key: client.key };
  return [
    ...cases('name', ['', SMILE.repeat(255), null], [SMILE.repeat(256), 'a\u0000b', 5]),
    ...cases(
      'tags',
      [{ a: SMILE.repeat(256) }, null, { a: null }],
      [{ a: 'a\u0000' }, { 'a:b': '' }, { a: SMILE.repeat(257) }],
    ),
    ...cases(
      'url',
      [
        'http://10.0.0.7:8080/hook',
        'HTTPS://a-b_c.example.:65535?x#y',
        'http://[::1]/',
        'http://localhost',
        'http://a:/',
      ],
      [
        'ftp://a.example',
        'http://',
        'http://a.1',
        'http://1.2.3.256',
        'http://a.0x7f/',
        'http://a*.example',
        'http://a..example',
        'http://u@a.example',
        'http://a.example:0/',
        'a b',
      ],
    ),
    ...cases(
      'headers',
      [{ 'X-Team': 'a b' }, {}, { hos: 'x', tex: 'y' }],
      [
        { Host: 'a' },
        { 'content-type': 'a' },
        { 'X-HUB-Signature-256': 'a' },
        { AUTHORIZATION: 'a' },
        { 'a b': 'a' },
        { a: ' b' },
      ],
    ),
    ...cases('pass_headers', [['x-request-id'], ['Authorization']], [['TE'], ['Traceparent'], ['a b'], ['']]),
    ...cases(
      'signature',
      [{ scheme: 'webhooks-emitter', prefix: 'A' }, { scheme: 'none' }],
      [
        { scheme: 'standard', prefix: 'A' },
        { scheme: 'none', prefix: 'A' },
        { scheme: 'github', prefix: 'A' },
      ],
    ),
    ...cases('timeout', ['100ms', '5m', '300s'], ['99ms', '301s', '6m', '5', '1h', 'x']),
    ...cases('disable_after', ['0s', '365d', '31536000s'], ['366d', '31536001s', '8761h']),
    ...cases('rate', ['1/second', '999999/hour'], ['0/second', '1000000/hour', '1/day', '٣/hour']),
    ...cases('breaker', ['off', { failures: 0 }, {}], ['on', { share: 2 }]),
    ...cases(
      'ordering',
      [{ pointer: '/a~0/b' }, { header: 'A' }],
      [{ pointer: 'a' }, { pointer: '/a\u0000' }, { pointer: '/~2' }],
    ),
    ...cases(
      'filter',
      [{ data: { a: { $gte: 1 } } }, { $not: { subject: 'a' } }],
      [{}, { order: 1 }, 'x', [], { headers: 'x' }, { $and: [{}] }, { $or: [{ subject: 'a' }, {}] }, { $not: {} }],
    ),
    ...cases('filter_oversize', ['send', 'skip'], ['drop', true]),
    ...cases(
      'auth',
      [
        { type: 'basic', username: 'é', password: '' },
        { type: 'api_key', header: 'Authorization', value: 'x' },
        { ...OAUTH2, issuer: 'https://id.example/realm' },
        { ...OAUTH2, token_url: 'https://id.example/token?x' },
      ],
      [
        { type: 'basic', username: 'a:b', password: 'x' },
        { type: 'basic', username: 'a\u0085', password: 'x' },
        { type: 'basic', username: 'a' },
        { type: 'bearer', token: 'a b' },
        { type: 'bearer' },
        { type: 'api_key', header: 'webhook-id', value: 'x' },
        { type: 'api_key', header: 'x-key' },
        OAUTH2,
        { ...OAUTH2, issuer: 'https://id.example', token_url: 'https://id.example' },
        { ...OAUTH2, issuer: 'https://id.example/?x' },
        { ...OAUTH2, token_url: 'https://id.example/#x' },
        { ...OAUTH2, token_url: 'https://id.example/', scope: 'a  b' },
      ],
    ),
    ...cases(
      'tls',
      [{ ca }, { ca, insecure: false }, { insecure: true }, pair, { ...pair, ca }, { ...pair, insecure: true }],
      [
        {},
        { insecure: false },
        { ca, insecure: true },
        { key: client.key },
        { certificate: client.cert },
        { ca: 'x' },
        { ca, key: client.key },
      ],
    ),
    ...cases(
      'proxy',
      ['none', 'http://proxy.example:3128', 'http://a:b%40@proxy.example/', 'http://[::1]:80'],
      ['', 'https://proxy.example', 'http://proxy.example/x', 'http://proxy.example:0', 'socks5://a'],
    ),
    ...cases('secret', [bytes(24), bytes(64)], [bytes(23), bytes(65), SEED, 'plain text secret', `${bytes(24)}=`]),
    ...cases('secret', [SEED], [bytes(32), SEED.slice(0, -1)], { signature: { scheme: 'standard-ed25519' } }),
    ...cases('secret', ['12345678', 'x'.repeat(256)], ['1234567', 'x'.repeat(257), 'é'.repeat(9)], {
      signature: { scheme: 'github' },
    }),
    ...cases('secret', [], ['12345678', bytes(24)], { signature: { scheme: 'none' } }),
  ];
}

function cases(field: string, accepted: Values, refused: Values, beside?: object): readonly FieldCase[] {
  const judged = (isAccepted: boolean) => (value: unknown) => ({ field, value, isAccepted, ...(beside && { beside }) });
  return [...accepted.map(judged(true)), ...refused.map(judged(false))];
}
