import { beforeEach, expect, it } from '@jest/globals';
import { type BodyPlace, BodyRoom } from './body-room.js';

let refused: string[];
let room: BodyRoom;
beforeEach(() => {
  refused = [];
  room = new BodyRoom(100, (caller) => refused.push(caller));
});

/** A body that is being read. */
function enter(caller: string) {
  let finish: () => void = () => undefined;
  let place: BodyPlace | undefined;
  const body = { isRefused: false };
  const done = room.during(caller, (given) => {
    place = given;
    given.begin(() => {
      body.isRefused = true;
    });
    return new Promise<void>((resolve) => (finish = resolve));
  });
  const answered = () => {
    finish();
    return done;
  };
  if (!place) throw new Error('a body enters at once');
  return { body, place, answered };
}

it('a caller who fills the memory for bodies is refused in favour of another one', () => {
  const small = enter('a');
  const large = enter('a');
  expect([small.place.take(15), large.place.take(60)]).toEqual([true, true]);
  const other = enter('b');
  expect(other.place.take(30)).toBe(true);
  expect([small.body.isRefused, large.body.isRefused, other.body.isRefused]).toEqual([false, true, false]);
  expect(refused).toEqual(['a']);
});

it('a caller who uses most of the memory for bodies gets no more, and what it leaves is free again', async () => {
  const other = enter('b');
  expect(other.place.take(40)).toBe(true);
  const first = enter('a');
  expect([first.place.take(60), first.place.take(1)]).toEqual([true, false]);
  expect([other.body.isRefused, refused]).toEqual([false, ['a']]);
  await first.answered();
  const second = enter('a');
  expect([second.place.take(60), second.place.take(1)]).toEqual([true, false]);
});

it('a body that has been read occupies memory until its answer, and is not refused', async () => {
  const read = enter('a');
  expect(read.place.take(90)).toBe(true);
  read.place.end();
  const other = enter('b');
  expect([other.place.take(20), read.body.isRefused]).toEqual([false, false]);
  await other.answered();
  await read.answered();
  expect(enter('b').place.take(100)).toBe(true);
});

it('a body whose work fails leaves its memory', async () => {
  const failing = room.during('a', async (place) => {
    place.take(100);
    throw new Error('away');
  });
  await expect(failing).rejects.toThrow('away');
  expect(enter('a').place.take(100)).toBe(true);
});

it('bodies of one caller that wait leave a quarter of the memory to others, while a single body may have all', async () => {
  const read = enter('a');
  expect(read.place.take(70)).toBe(true);
  read.place.end();
  const second = enter('a');
  expect([second.place.take(5), second.place.take(1), refused]).toEqual([true, false, ['a']]);
  await second.answered();
  const other = enter('b');
  expect([other.place.take(25), other.place.take(5)]).toEqual([true, true]);
  await other.answered();
  await read.answered();
  expect(enter('a').place.take(100)).toBe(true);
});

it('one body larger than all memory is refused', () => {
  expect(enter('a').place.take(101)).toBe(false);
});
