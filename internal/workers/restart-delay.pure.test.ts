import { expect, it } from '@jest/globals';
import { restartDelayMs } from './restart-delay.js';

it('replaces a worker at once, and one that keeps dying at its start more and more rarely', () => {
  expect([0, 1, 2, 3, 4, 20, 2000].map(restartDelayMs)).toEqual([0, 0, 500, 1000, 2000, 30_000, 30_000]);
});
