import { expect, it } from '@jest/globals';
import { InHand } from './in-hand.js';

const tick = (inHand: InHand) => {
  const told: string[] = [];
  inHand.tick((reply) => told.push(reply));
  return told.sort();
};

it('a message is reported once it is a tick old, and at every second tick after that', () => {
  const inHand = new InHand();
  inHand.add(1, 'one');
  expect([1, 2, 3, 4, 5, 6].map(() => tick(inHand))).toEqual([[], ['one'], [], ['one'], [], ['one']]);
});

it('messages of different ticks are reported in turn', () => {
  const inHand = new InHand();
  inHand.add(1, 'one');
  tick(inHand);
  inHand.add(2, 'two');
  expect([1, 2, 3, 4].map(() => tick(inHand))).toEqual([['one'], ['two'], ['one'], ['two']]);
});

it('a message that is removed is not reported, however old it is', () => {
  for (const age of [0, 1, 2, 3]) {
    const inHand = new InHand();
    inHand.add(1, 'one');
    for (let n = 0; n < age; n++) tick(inHand);
    expect(inHand.remove(1)).toBe('one');
    expect(inHand.remove(1)).toBeUndefined();
    expect([inHand.size, ...tick(inHand), ...tick(inHand)]).toEqual([0]);
  }
});

it('a message that comes again keeps its age, and its latest subject counts', () => {
  for (const age of [0, 1, 2, 3]) {
    const inHand = new InHand();
    expect(inHand.add(1, 'first')).toBe(true);
    for (let n = 0; n < age; n++) tick(inHand);
    expect(inHand.add(1, 'second')).toBe(false);
    expect(inHand.size).toBe(1);
    expect([...tick(inHand), ...tick(inHand)]).toEqual(['second']);
    expect(inHand.remove(1)).toBe('second');
  }
});
