import { describe, expect, it } from '@jest/globals';
import type { WebhookSettings } from '../matching/webhook-settings.js';
import { type Ceilings, capSettings, findBeyond } from './ceilings.js';

const ceilings: Ceilings = {
  maxTimeoutMs: 60_000,
  minRetryWaitMs: 1000,
  breakerMayBeOff: false,
  breaker: { failures: 30, share: 0.9 },
  forbiddenHeaders: [],
};

/** Settings beyond a ceiling, the field that is refused, and the settings that are used instead. */
const BEYOND: readonly [WebhookSettings, string, WebhookSettings][] = [
  [{ timeoutMs: 300_000 }, 'timeout', { timeoutMs: 60_000 }],
  [
    { retry: { schedule: { kind: 'constant', waitMs: 1, tries: 100 }, jitter: 0.5 } },
    'retry',
    { retry: { schedule: { kind: 'constant', waitMs: 1000, tries: 100 }, jitter: 0.5 } },
  ],
  [
    { retry: { schedule: { kind: 'waits', waitsMs: [5000, 999, 1000] } } },
    'retry',
    { retry: { schedule: { kind: 'waits', waitsMs: [5000, 1000, 1000] } } },
  ],
  [
    { retry: { schedule: { kind: 'exponential', startMs: 2000, factor: 2, capMs: 1, tries: 9 } } },
    'retry',
    { retry: { schedule: { kind: 'exponential', startMs: 2000, factor: 2, capMs: 1000, tries: 9 } } },
  ],
  [{ breaker: 'off' }, 'breaker', {}],
  [{ breaker: { failures: 0, share: 0 } }, 'breaker', {}],
  [{ breaker: { failures: 1_000_000, share: 0 } }, 'breaker', {}],
];

describe('settings beyond a ceiling', () => {
  it.each(BEYOND)('are refused, and capped where they are stored: %j', (settings, field, used) => {
    expect(findBeyond({ method: 'PUT', ...settings }, ceilings)).toMatchObject([{ field }]);
    expect(capSettings({ method: 'PUT', ...settings }, ceilings)).toEqual({ method: 'PUT', ...used });
  });
});

it.each<WebhookSettings>([
  {},
  { timeoutMs: 60_000, retry: { schedule: { kind: 'waits', waitsMs: [1000] } } },
  { retry: { schedule: { kind: 'waits', waitsMs: [] } } },
  { retry: { schedule: { kind: 'constant', waitMs: 1, tries: 0 } } },
  { retry: { jitter: 1 } },
  { breaker: { failures: 0 } },
  { breaker: { share: 0 } },
  { breaker: { failures: 1_000_000 } },
])('settings within the ceilings are used as they are: %j', (settings) => {
  expect(findBeyond(settings, ceilings)).toEqual([]);
  expect(capSettings(settings, ceilings)).toBe(settings);
});

it.each<Partial<Ceilings>>([{ breakerMayBeOff: true }, { breaker: { failures: 0, share: 0 } }])(
  'a breaker may be off where that is allowed, or where the configured one is: %j',
  (given) => {
    expect(findBeyond({ breaker: 'off' }, { ...ceilings, ...given })).toEqual([]);
    expect(capSettings({ breaker: 'off' }, { ...ceilings, ...given })).toEqual({ breaker: 'off' });
  },
);

it('a breaker that only leaves a trigger that is configured off can never open', () => {
  const configured = { ...ceilings, breaker: { failures: 30, share: 0 } };
  expect(findBeyond({ breaker: { failures: 0 } }, configured)).toMatchObject([{ field: 'breaker' }]);
});
