import { expect, it } from '@jest/globals';
import { Seats } from './seats.js';

const takeAll = (seats: Seats<number>, userId: number) => {
  let taken = 0;
  while (seats.acquire(userId)) taken++;
  return taken;
};

it('one user has eight of forty seats, and each other one has a seat all the same', () => {
  const seats = new Seats<number>(40);
  expect(takeAll(seats, 1)).toBe(8);
  expect(takeAll(seats, 2)).toBeGreaterThanOrEqual(6);
  for (let userId = 3; userId < 20; userId++) expect(seats.acquire(userId)).toBe(true);
});

it('a seat that is given back is free again, once', () => {
  const seats = new Seats<number>(1);
  expect([seats.acquire(1), seats.acquire(2), seats.acquire(1)]).toEqual([true, false, false]);
  seats.vacate(1);
  seats.vacate(1);
  seats.vacate(2);
  expect([seats.acquire(2), seats.acquire(1)]).toEqual([true, false]);
});
