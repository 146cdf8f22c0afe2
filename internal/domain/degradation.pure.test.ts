import { expect, it } from '@jest/globals';
import { countByReason } from './degradation.js';

it('the offset of a clock is no degradation of the intake, because messages arrive all the same', () => {
  const counts = countByReason([
    { reason: 'clock_offset', problem: 'The clock is ahead.' },
    { reason: 'not_connected', problem: 'There is no connection.' },
  ]);
  expect([...counts].filter(([, count]) => count > 0)).toEqual([['not_connected', 1]]);
  expect(counts.has('clock_offset')).toBe(false);
});
