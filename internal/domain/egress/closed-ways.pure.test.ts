import { expect, it } from '@jest/globals';
import { hitByClosed } from './closed-ways.js';

const obstacle = { reason: 'consumer_refused', problem: 'No consumer.' } as const;

it('an event gets nothing by a closed way, and a part where another way is open', () => {
  const ways = [
    { subjects: ['a.*', 'c.d'], obstacle },
    { subjects: ['c.d'], obstacle: undefined },
    { subjects: ['e.f'], obstacle: undefined },
  ];
  expect(hitByClosed(ways, ['a.b', 'a.*', 'c.d', 'e.f'])).toEqual([
    { event: 'a.b', ...obstacle },
    { event: 'a.*', ...obstacle },
    { event: 'c.d', ...obstacle, isPartial: true },
  ]);
});

it('no event is hit while all ways are open', () => {
  expect(hitByClosed([{ subjects: ['a.b'], obstacle: undefined }], ['a.b'])).toEqual([]);
});
