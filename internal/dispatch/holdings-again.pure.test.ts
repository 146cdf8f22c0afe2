import { describe, expect, it } from '@jest/globals';
import { classOfItsOwn } from '../testkit/test-classes.js';
import { Holdings } from './holdings.js';

const make = () => new Holdings({ maxResident: 100, maxResidentBytes: 10_000 }, classOfItsOwn);

describe('a delivery whose message came again', () => {
  it('gets no second room while it is held, and costs the first one nothing', () => {
    const holdings = make();
    expect(holdings.tryReserve('one', 7, 500)).toBe(true);
    expect(holdings.tryReserve('one', 7, 500)).toBe(false);
    expect([holdings.count, holdings.heldBytes]).toEqual([1, 500]);
  });

  it('is kept when its room was taken over by a claim before it is given up', () => {
    const holdings = make();
    holdings.tryReserve('one', 7, 500);
    holdings.reserve('one', 7, 600);
    holdings.unreserve('one');
    expect(holdings.has('one')).toBe(true);
    expect([holdings.count, holdings.heldBytes]).toEqual([1, 600]);
  });

  it('gives its room up when it was in the journal long since', () => {
    const holdings = make();
    holdings.tryReserve('one', 7, 500);
    holdings.unreserve('one');
    holdings.unreserve('one');
    expect([holdings.count, holdings.heldBytes]).toEqual([0, 0]);
  });
});
