import { unwellRow } from '../unwell.js';

/** The limits that would end the attack automatically are lifted, so that only the scheduler is measured. */
const settings = { MAX_TIMEOUT: '5m', MIN_RETRY_WAIT: '1ms', ALLOW_BREAKER_OFF: 'true' };

export const tenant = unwellRow({
  id: 'tenant',
  title: '100 webhooks beside 560 of another tenant that never answer',
  what: '100 webhooks beside 560 of another tenant that never answer',
  webhooks: 660,
  conducts: [
    {
      conduct: { kind: 'silent' },
      count: 560,
      owner: { userId: 2, spaceId: 7 },
      fields: { timeout: '5m', breaker: 'off', retry: { schedule: { constant: '1ms', tries: 100 } } },
    },
  ],
  every: 20,
  settings,
});
