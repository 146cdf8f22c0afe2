import { expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { DISPATCH_LIMITS, quietDispatch } from '../testkit/quiet-dispatch.js';
import { makeDispatch } from './dispatch.js';

it('parked deliveries that exceed the limit of a round are unparked at once, also beside those of deleted webhooks', async () => {
  const unparked: number[] = [];
  const left = [5010, 5000, 4999];
  const unpark = async () => {
    unparked.push(left[unparked.length] ?? 0);
    return unparked.at(-1) ?? 0;
  };
  const dispatch = makeDispatch(quietDispatch({ claims: { unpark } }), DISPATCH_LIMITS);
  dispatch.start();
  await eventually(() => unparked.length === 3, { what: 'the rounds', timeoutMs: 2000 });
  await dispatch.stop(0);
  expect(unparked).toEqual([5010, 5000, 4999]);
});
