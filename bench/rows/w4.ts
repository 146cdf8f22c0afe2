import { unwellRow } from './unwell.js';

export const w4 = unwellRow({
  id: 'W4',
  title: '1 % of the traffic to webhooks that answer after 5 s, 1 % to some that never answer',
  what: '98 healthy webhooks beside a slow and a silent one',
  webhooks: 100,
  conducts: [
    { conduct: { kind: 'slow', afterMs: 5000 }, count: 1 },
    { conduct: { kind: 'silent' }, count: 1 },
  ],
});

export const fair = unwellRow({
  id: 'fair',
  title: '1,000 webhooks, 50 of them dead and 50 hanging',
  what: '900 healthy webhooks beside 50 dead and 50 silent ones',
  webhooks: 1000,
  conducts: [
    { conduct: { kind: 'dead' }, count: 50 },
    { conduct: { kind: 'silent' }, count: 50 },
  ],
});
