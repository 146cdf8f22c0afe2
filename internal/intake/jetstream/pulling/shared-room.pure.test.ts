import { expect, it } from '@jest/globals';
import { SharedRoom } from './shared-room.js';

const filled = (messages: number, bytes = 1) => {
  const room = new SharedRoom();
  for (let n = 0; n < messages; n++) room.add(bytes);
  return room;
};

it('is full at 4,000 messages or 24 MiB of all readers', () => {
  expect([filled(3999).has(0), filled(4000).has(0), filled(3000).has(1000)]).toEqual([true, false, false]);
  expect([filled(23, 1 << 20).has(0), filled(24, 1 << 20).has(0)]).toEqual([true, false]);
});

it('wakes each reader that waits once, as soon as there is room', () => {
  const room = filled(4001);
  let woken = 0;
  const onRoom = () => {
    woken++;
    room.await(onRoom);
  };
  room.await(onRoom);
  room.remove(1);
  expect(woken).toBe(0);
  room.remove(1);
  expect(woken).toBe(1);
  room.leave(onRoom);
  room.remove(1);
  expect(woken).toBe(1);
});

it('makes batches smaller the more readers there are', () => {
  const room = new SharedRoom();
  const batchOf = (readers: number) => {
    for (let n = 0; n < readers; n++) room.enter();
    const { batch } = room;
    for (let n = 0; n < readers; n++) room.leave(() => undefined);
    return batch;
  };
  expect([0, 1, 2, 4, 10, 1000].map(batchOf)).toEqual([1000, 1000, 1000, 500, 200, 100]);
});
