import { expect, it } from '@jest/globals';
import { eventually } from '../../testkit/eventually.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { makeRefusals } from './refusals.js';

it('refusals are counted one by one, and logged when they begin and when they have ended', async () => {
  const logger = makeTestLogger();
  const counted: string[] = [];
  const refusals = makeRefusals({ logger, onRefused: (reason) => counted.push(reason), quietMs: 50 });
  for (let n = 0; n < 3; n++) refusals.add('user_rate', { user: n });
  refusals.add('host', { host: 'evil.example' });
  expect(counted).toEqual(['user_rate', 'user_rate', 'user_rate', 'host']);
  const lines = () => logger.lines.map(({ level, name, fields }) => [level, name, fields]);
  expect(lines()).toEqual([
    ['warn', 'api.refusals_began', { reason: 'user_rate', user: 0 }],
    ['warn', 'api.refusals_began', { reason: 'host', host: 'evil.example' }],
  ]);
  expect(refusals.running()).toEqual([
    { reason: 'user_rate', requests: 3, first: { user: 0 } },
    { reason: 'host', requests: 1, first: { host: 'evil.example' } },
  ]);
  await eventually(() => logger.lines.length === 4, { what: 'both have ended' });
  // The reasons end within the same millisecond, in either order.
  expect(new Set(lines().slice(2))).toEqual(
    new Set([
      ['info', 'api.refusals_ended', { reason: 'user_rate', requests: 3 }],
      ['info', 'api.refusals_ended', { reason: 'host', requests: 1 }],
    ]),
  );
  expect(refusals.running()).toEqual([]);
  refusals.add('host', { host: 'evil.example' });
  expect(logger.lines).toHaveLength(5);
});
