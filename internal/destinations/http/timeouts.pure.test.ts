import { expect, it } from '@jest/globals';
import { TIMEOUTS_PER_TICK, Timeouts } from './timeouts.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it('ends a bounded number of requests in each turn of the event loop, the oldest first', async () => {
  const ended: number[] = [];
  const timeouts = new Timeouts();
  const together = 2 * TIMEOUTS_PER_TICK + 1;
  for (let number = 0; number < together; number++) timeouts.add({ timeOut: () => ended.push(number) });
  const counts = [ended.length];
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn();
    counts.push(ended.length);
  }
  expect(counts).toEqual([TIMEOUTS_PER_TICK, 2 * TIMEOUTS_PER_TICK, together, together]);
  expect(ended).toEqual(Array.from({ length: together }, (_, number) => number));
});

it('ends a single request at once, also after many', async () => {
  const timeouts = new Timeouts();
  for (let number = 0; number < TIMEOUTS_PER_TICK; number++) timeouts.add({ timeOut: () => undefined });
  await nextTurn();
  let isEnded = false;
  timeouts.add({
    timeOut: () => {
      isEnded = true;
    },
  });
  expect(isEnded).toBe(true);
});
