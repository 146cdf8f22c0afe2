import { describe, expect, it } from '@jest/globals';
import { FIRES_NOTHING } from '../../domain/filter/filter.js';
import { NO_SETTINGS, SETTINGS, type WebhookSettings } from '../../domain/matching/webhook-settings.js';
import { fc } from '../../testkit/properties.js';
import { someSettings } from '../../testkit/some-settings.js';
import { readSettings, writeSettings } from './stored-settings.js';

/**
 * The stored form of all settings. Databases hold it, so a change of this text needs another version, and code that
 * reads both.
 */
const STORED = {
  version: 2,
  format: 'cloudevents',
  method: 'PUT',
  headers: { 'X-Team': 'payments' },
  pass_headers: ['x-request-id'],
  signature: { scheme: 'webhooks-emitter', prefix: 'Acme' },
  auth: {
    type: 'oauth2',
    client_id: 'me',
    token_url: 'https://id.example/token',
    scope: 'a b',
    audience: 'x',
    client_auth: 'client_secret_post',
  },
  tls: { ca: 'PEM', certificate: 'PEM', insecure: true },
  proxy: { host: 'proxy.example', port: 3128, login: true },
  retry: {
    schedule: { kind: 'exponential', start_ms: 1000, factor: 1.5, cap_ms: 60_000, tries: 10 },
    jitter: 0,
    max_age_ms: 86_400_000,
    final_statuses: [400, 422],
  },
  timeout_ms: 1500,
  max_in_flight: 3,
  rate: { count: 100, per_ms: 60_000 },
  breaker: { failures: 0, share: 0.25 },
  ordering: { by: 'key', pointer: '/order/id' },
  filter: '{"data":{"b":{"$gte":100},"a":{"$number":"9007199254740993"}}}',
  filter_oversize: 'skip',
  disable_after_ms: 0,
  listen_ms: 900_000,
};
const OTHER_FORMS = [
  { retry: { schedule: { kind: 'waits', waits_ms: [5000, 60_000] } } },
  { retry: { schedule: { kind: 'constant', wait_ms: 5000, tries: 0 } } },
  { auth: { type: 'basic', username: 'me' } },
  { auth: { type: 'bearer' } },
  { auth: { type: 'api_key', header: 'X-Key' } },
  { auth: { type: 'oauth2', client_id: 'me', issuer: 'https://id.example/realm' } },
  { proxy: 'none' },
  { breaker: 'off' },
  { ordering: { by: 'webhook' } },
  { ordering: { by: 'key', header: 'Order-Id' } },
];

describe('stored settings', () => {
  it('have fixed names and forms, which do not follow the names in the code', () => {
    const { settings, problem } = readSettings(STORED);
    expect(problem).toBeUndefined();
    expect(Object.keys(settings).sort()).toEqual(Object.keys(SETTINGS).sort());
    expect(JSON.parse(writeSettings(settings))).toEqual(STORED);
  });

  it.each(OTHER_FORMS)('have several forms: %j', (members) => {
    const stored = { version: 2, ...members };
    const { settings, problem } = readSettings(stored);
    expect(problem).toBeUndefined();
    expect(JSON.parse(writeSettings(settings))).toEqual(stored);
  });

  it('are read as they were written', () => {
    const readBack = (settings: WebhookSettings) => readSettings(JSON.parse(writeSettings(settings)));
    fc.assert(
      fc.property(someSettings, (settings) => {
        expect(readBack(settings)).toEqual({ settings, problem: undefined });
      }),
    );
  });

  it.each([[null], [{}], [{ version: 2 }]])('of a webhook without any: %j', (stored) => {
    expect(readSettings(stored)).toEqual({ settings: {}, problem: undefined });
  });

  it('that are empty share one object', () => {
    expect(readSettings(null).settings).toBe(NO_SETTINGS);
    expect(writeSettings({})).toBe('{}');
  });

  it.each([[[]], ['off'], [5], [{ timeout_ms: 1 }], [{ version: 3, timeout_ms: 1 }], [{ version: '2' }]])(
    'of another version are not read at all: %j',
    (stored) => {
      const { settings, problem } = readSettings(stored);
      expect(settings).toEqual({});
      expect(problem).toMatch(/^its stored settings .*Upgrade this instance/);
    },
  );

  it.each([
    [{ throttle: { a: 1 } }, 'throttle'],
    [{ timeoutMs: 5 }, 'timeoutMs'],
    [{ timeout_ms: '5' }, 'timeout_ms'],
    [{ timeout_ms: -1 }, 'timeout_ms'],
    [{ timeout_ms: null }, 'timeout_ms'],
    [{ format: 'xml' }, 'format'],
    [{ headers: { a: 1 } }, 'headers'],
    [{ pass_headers: ['a', 1] }, 'pass_headers'],
    [{ auth: { type: 'digest' } }, 'auth'],
    [{ auth: { type: 'basic' } }, 'auth'],
    [{ retry: { schedule: { kind: 'waits', waits_ms: [1], tries: 5 } } }, 'retry'],
    [{ retry: { limit: 5 } }, 'retry'],
    [{ tls: { insecure: false } }, 'tls'],
    [{ constructor: 1 }, 'constructor'],
  ])('are named if they cannot be read, and the others are read: %j', (unknown, name) => {
    const { settings, problem } = readSettings({ version: 2, method: 'PUT', ...unknown });
    expect(settings).toEqual({ method: 'PUT' });
    expect(problem).toContain(`: ${name}.`);
  });

  it.each([
    { version: 2, filter: '{"data":{"a":{"$anew":1}}}' },
    { version: 2, filter: { data: 1 } },
    { version: 3, filter: '{"data":1}' },
  ])('have a filter that fires nothing, if it cannot be read: %j', (stored) => {
    const { settings, problem } = readSettings(stored);
    expect([settings.filter, problem]).toEqual([FIRES_NOTHING, expect.stringContaining('Upgrade this instance')]);
  });
});
