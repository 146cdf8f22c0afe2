import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Degradation } from '../../domain/streams/degradation.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { MAX_LINES_PER_LOOK, makeDegradations, notConnected } from './degradations.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function watched() {
  const logger = makeTestLogger();
  const now: { degraded: Degradation[] } = { degraded: [] };
  const degradations = makeDegradations({ sources: [() => notConnected(undefined), () => now.degraded], logger });
  const watching = degradations.watch();
  return { logger, now, watching };
}
const event = (n: number): Degradation => ({ event: `e.${n}`, reason: 'pull_refused', problem: 'The server says no.' });

it('a change of state is one line, however long the state lasts and however its words change', async () => {
  const { logger, now, watching } = watched();
  now.degraded = [event(1)];
  await jest.advanceTimersByTimeAsync(5000);
  now.degraded = [{ ...event(1), problem: 'The server says no again.' }];
  await jest.advanceTimersByTimeAsync(5000);
  now.degraded = [];
  await jest.advanceTimersByTimeAsync(5000);
  expect(logger.lines.map(({ name }) => name)).toEqual(['intake.degraded', 'intake.restored']);
  await watching.stop();
});

it('thousands of events hit at once are a bounded number of lines', async () => {
  const { logger, now, watching } = watched();
  now.degraded = Array.from({ length: 5000 }, (_, n) => event(n));
  await jest.advanceTimersByTimeAsync(2000);
  expect(logger.lines).toHaveLength(MAX_LINES_PER_LOOK + 1);
  expect(logger.lines.at(-1)?.fields).toEqual({ events: 5000 - MAX_LINES_PER_LOOK, reasons: ['pull_refused'] });
  await watching.stop();
});
