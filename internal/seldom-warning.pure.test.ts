import { expect, it } from '@jest/globals';
import { makeSeldomWarning } from './seldom-warning.js';
import { makeTestLogger } from './testkit/kits/test-logger.js';

it('a warning that a loop repeats is one line in ten seconds, with the number of those before it', () => {
  const logger = makeTestLogger();
  let now = 0;
  const warn = makeSeldomWarning(logger, () => now);
  for (; now < 10_000; now += 250) warn('dispatch.failed', { loop: 'claim', error: 'refused' });
  warn('dispatch.failed', { loop: 'probe', error: 'refused' });
  warn('dispatch.failed', { loop: 'claim', error: 'refused' });
  expect(logger.lines).toEqual([
    { level: 'warn', name: 'dispatch.failed', fields: { loop: 'claim', error: 'refused' } },
    { level: 'warn', name: 'dispatch.failed', fields: { loop: 'probe', error: 'refused' } },
    { level: 'warn', name: 'dispatch.failed', fields: { loop: 'claim', error: 'refused', left_out: 39 } },
  ]);
});
