import { describe, expect, it } from '@jest/globals';
import { classOfItsOwn } from '../../testkit/kits/test-classes.js';
import { Residents } from './residents.js';

const make = () => new Residents({ maxResident: 100, maxResidentBytes: 10_000 }, classOfItsOwn);

describe('a delivery whose message came again', () => {
  it('gets no second place while it is resident, and costs the first one nothing', () => {
    const residents = make();
    expect(residents.tryReserve('one', 7, 500)).toBe(true);
    expect(residents.tryReserve('one', 7, 500)).toBe(false);
    expect([residents.count, residents.residentBytes]).toEqual([1, 500]);
  });

  it('is kept when its room was taken over by a claim before it is given up', () => {
    const residents = make();
    residents.tryReserve('one', 7, 500);
    residents.reserve('one', 7, 600);
    residents.unreserve('one');
    expect(residents.has('one')).toBe(true);
    expect([residents.count, residents.residentBytes]).toEqual([1, 600]);
  });

  it('gives its room up when it was in the journal long since', () => {
    const residents = make();
    residents.tryReserve('one', 7, 500);
    residents.unreserve('one');
    residents.unreserve('one');
    expect([residents.count, residents.residentBytes]).toEqual([0, 0]);
  });
});
