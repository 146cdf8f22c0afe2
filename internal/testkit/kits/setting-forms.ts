import type { credentialFields } from '../../api/webhooks/credentials.js';
import type { settingFields } from '../../api/webhooks/settings/settings.js';
import { makeCertificates } from '../servers/certificates.js';

export const pems = makeCertificates();
export const OAUTH2 = { type: 'oauth2', client_id: 'me', client_secret: 'a-secret-of-ours' };
/** All settings of a webhook in requests, in each of their forms. A setting that is missing does not compile. */
export const SETTING_FORMS: Record<keyof typeof settingFields | keyof typeof credentialFields, readonly unknown[]> = {
  format: ['cloudevents'],
  method: ['PUT'],
  signature: [
    { scheme: 'standard' },
    { scheme: 'standard-ed25519' },
    { scheme: 'webhooks-emitter', prefix: 'Acme' },
    { scheme: 'github' },
    { scheme: 'none' },
  ],
  headers: [{ 'X-Team': 'payments' }, {}],
  pass_headers: [['x-request-id'], []],
  timeout: ['1500ms'],
  retry: [
    { schedule: ['5s', '90m'], jitter: 0, max_age: '1d', final_statuses: [400, 422] },
    { schedule: { start: '1s', factor: 1.5, cap: '1h', tries: 10 } },
    { schedule: { constant: '30s', tries: 0 } },
    {},
  ],
  max_in_flight: [3],
  rate: ['100/minute'],
  breaker: ['off', { failures: 0, share: 0.25 }, {}],
  ordering: ['webhook', { header: 'Order-Id' }, { pointer: '/order/id' }, 'none'],
  listen: ['15m', '1d'],
  filter: [
    { data: { order: { status: { $in: ['paid', 'shipped'] }, amount: { $gte: 100 } }, tags: 'urgent' } },
    { headers: { 'x-region': { $prefix: 'eu-' } }, $not: { data: { a: { $number: '9007199254740993' } } } },
  ],
  filter_oversize: ['send', 'skip'],
  disable_after: ['0s', '36h'],
  auth: [
    { type: 'basic', username: 'me', password: 'a-secret-of-ours' },
    { type: 'bearer', token: 'a-secret-of-ours' },
    { type: 'bearer', token: 'abc' },
    { type: 'api_key', header: 'X-Key', value: 'a-secret-of-ours' },
    {
      ...OAUTH2,
      token_url: 'https://id.example/token',
      scope: 'a b',
      audience: 'x',
      client_auth: 'client_secret_post',
    },
    { ...OAUTH2, issuer: 'https://id.example/realm' },
  ],
  tls: [
    { ca: pems.ca, certificate: pems.client.cert, key: pems.client.key },
    { certificate: pems.client.cert, key: pems.client.key, insecure: true },
  ],
  proxy: [
    'none',
    'http://proxy.example:3128',
    'http://operator:sesame@proxy.example:3128',
    'http://a@[2606:4700::1]:1',
  ],
};
