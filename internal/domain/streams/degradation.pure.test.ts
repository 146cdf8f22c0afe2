import { expect, it } from '@jest/globals';
import { countByReason, forUsers, wholeIntakeTrouble } from './degradation.js';

it('the offset of a clock is no degradation of the intake, because messages arrive all the same', () => {
  const counts = countByReason([
    { reason: 'clock_offset', problem: 'The clock is ahead.' },
    { reason: 'not_connected', problem: 'There is no connection.' },
  ]);
  expect([...counts].filter(([, count]) => count > 0)).toEqual([['not_connected', 1]]);
  expect(counts.has('clock_offset')).toBe(false);
});

it('an event of which a part of the messages comes keeps nothing from being ready', () => {
  const hit = { event: 'a.b', reason: 'subject_transformed', problem: 'A part is stored elsewhere.' } as const;
  expect(wholeIntakeTrouble(['a.b'], [{ ...hit, isPartial: true }])).toBeUndefined();
  expect(wholeIntakeTrouble(['a.b'], [hit])?.detail).toContain('A part is stored elsewhere.');
  expect(wholeIntakeTrouble(['a.b', 'c.d'], [hit])).toBeUndefined();
});

it('users of the API read what is wrong with a subject, and nothing that a server answered', () => {
  const crossed = { event: 'a.b', reason: 'subject_overlap', problem: 'It crosses "a.*".' } as const;
  expect(forUsers(crossed)).toEqual(crossed);
  const refused = { event: 'a.b', reason: 'consumer_refused', problem: '10.0.0.7: insufficient resources' } as const;
  expect(JSON.stringify(forUsers(refused))).not.toContain('10.0.0.7');
});
