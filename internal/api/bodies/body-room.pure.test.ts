import { expect, it } from '@jest/globals';
import { type BodyPlace, BodyRoom } from './body-room.js';

/** Enters a body that leaves when it is refused, as bodies of requests do. */
function enter(room: BodyRoom, caller: string) {
  const body = { isRefused: false };
  const place: BodyPlace = room.enter(caller, () => {
    body.isRefused = true;
    place.leave();
  });
  return { body, place };
}

it('a caller who fills the memory for bodies is refused in favour of another one', () => {
  const room = new BodyRoom(100);
  const small = enter(room, 'a');
  const large = enter(room, 'a');
  expect([small.place.take(40), large.place.take(60)]).toEqual([true, true]);
  const other = enter(room, 'b');
  expect(other.place.take(10)).toBe(true);
  expect([small.body.isRefused, large.body.isRefused, other.body.isRefused]).toEqual([false, true, false]);
});

it('a caller who uses most of the memory for bodies gets no more, and what it leaves is free again', () => {
  const room = new BodyRoom(100);
  const other = enter(room, 'b');
  expect(other.place.take(40)).toBe(true);
  const first = enter(room, 'a');
  expect([first.place.take(60), first.place.take(1)]).toEqual([true, false]);
  expect(other.body.isRefused).toBe(false);
  first.place.leave();
  first.place.leave();
  const second = enter(room, 'a');
  expect([second.place.take(60), second.place.take(1)]).toEqual([true, false]);
});

it('one body larger than all memory is refused', () => {
  expect(enter(new BodyRoom(100), 'a').place.take(101)).toBe(false);
});
