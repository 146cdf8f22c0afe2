import { describe, expect, it } from '@jest/globals';
import type { WebhookSettings } from '../matching/webhook-settings.js';
import { DefaultsOfSpace, type SpaceDefaults, withDefaults } from './space-defaults.js';

const WAITS = { kind: 'waits', waitsMs: [1000] } as const;
const OTHERS = { kind: 'constant', waitMs: 5, tries: 2 } as const;

describe('the settings of a webhook', () => {
  it.each<[string, WebhookSettings, SpaceDefaults, WebhookSettings]>([
    [
      'that the space alone has',
      {},
      { timeoutMs: 5, rate: { count: 1, perMs: 1000 } },
      { timeoutMs: 5, rate: { count: 1, perMs: 1000 } },
    ],
    ['that it has itself', { timeoutMs: 7, method: 'PUT' }, { timeoutMs: 5 }, { timeoutMs: 7, method: 'PUT' }],
    ['that no space has', { filterOversize: 'skip' }, { method: 'PUT' }, { filterOversize: 'skip', method: 'PUT' }],
    ['as a whole', { headers: { a: '1' } }, { headers: { b: '2' } }, { headers: { a: '1' } }],
    [
      'also if they are empty',
      { headers: {}, passHeaders: [] },
      { headers: { b: '2' }, passHeaders: ['c'] },
      { headers: {}, passHeaders: [] },
    ],
    [
      'of retries by member',
      { retry: { schedule: WAITS } },
      { retry: { schedule: OTHERS, maxAgeMs: 9 } },
      { retry: { schedule: WAITS, maxAgeMs: 9 } },
    ],
    [
      'of its breaker by member',
      { breaker: { share: 0.5 } },
      { breaker: { failures: 3 } },
      { breaker: { failures: 3, share: 0.5 } },
    ],
    ['with a breaker that is off', { breaker: 'off' }, { breaker: { failures: 3 } }, { breaker: 'off' }],
  ])('are those %s', (_which, own, defaults, expected) => {
    expect(withDefaults(own, defaults)).toEqual(expected);
  });

  it.each<[string, WebhookSettings, readonly string[]]>([
    ['its credentials', { auth: { type: 'api_key', header: 'X-Team' } }, ['webhook-x', 'x-passed']],
    ['those that it passes on', { passHeaders: ['x-team'] }, ['webhook-x', 'x-passed']],
    [
      'its signature',
      { signature: { scheme: 'webhooks-emitter', prefix: 'Passed' } },
      ['webhook-x', 'x-team', 'x-passed'],
    ],
  ])('leave out a default header that is one of %s', (_which, own, names) => {
    const { headers = {} } = withDefaults(own, {
      headers: { 'X-Team': 'a', 'webhook-x': 'b', 'X-Passed': 'c', 'x-passed-event': 'd' },
    });
    const left = Object.keys(headers).map((name) => name.toLowerCase());
    expect(left.filter((name) => name !== 'x-passed-event').sort()).toEqual([...names].sort());
    expect(left.includes('x-passed-event')).toBe(own.signature === undefined);
  });

  it('are one object for webhooks with equal settings', () => {
    const defaults = new DefaultsOfSpace({ timeoutMs: 5 }, undefined);
    const own = {};
    expect(defaults.resolve(own)).toBe(defaults.resolve(own));
    expect(defaults.resolve({ timeoutMs: 6 })).toEqual({ timeoutMs: 6 });
  });
});
