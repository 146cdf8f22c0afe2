import { describe, expect, it } from '@jest/globals';
import { advance, type ConsumerPosition, type Sighting } from './consumer-position.js';

const POSITION: ConsumerPosition = {
  streamCreated: 'monday',
  consumerCreated: 'tuesday',
  acknowledged: 90,
  passed: 100,
  deliveries: 100,
};
const SEEN: Sighting = {
  streamCreated: 'monday',
  consumerCreated: 'tuesday',
  acknowledged: 90,
  delivered: 100,
  deliveries: 100,
  firstSequence: 1,
  lastSequence: 1000,
  readsAll: true,
  repeated: [],
};
const seen = (more: Partial<Sighting>): Sighting => ({ ...SEEN, ...more });
const gapOf = (more: Partial<Sighting>, known: ConsumerPosition | undefined = POSITION) =>
  advance(known, seen(more)).gap;

describe('a gap', () => {
  it('is none where all that the consumer passed was delivered', () => {
    expect(gapOf({ delivered: 160, deliveries: 160 })).toBe(0);
  });

  it('is what is gone before the first message of the stream, though nothing is delivered yet', () => {
    expect(gapOf({ firstSequence: 151 })).toBe(50);
  });

  it('is counted once: not again when the consumer passes it', () => {
    const { position } = advance(POSITION, seen({ firstSequence: 151 }));
    expect(gapOf({ firstSequence: 151, delivered: 160, deliveries: 110 }, position)).toBe(0);
    expect(gapOf({ firstSequence: 151 }, position)).toBe(0);
  });

  it('is what the consumer passed without delivering it', () => {
    expect(gapOf({ delivered: 160, deliveries: 110 })).toBe(50);
  });

  it('is exact beside repetitions that came to us, and too small beside those that came to others', () => {
    const repeated = [90, 101, 102, 130];
    expect(gapOf({ delivered: 160, deliveries: 112, repeated })).toBe(50);
    expect(gapOf({ delivered: 160, deliveries: 112 })).toBe(48);
  });

  it('is unknown of a consumer that reads a part of its stream', () => {
    expect(gapOf({ firstSequence: 151, readsAll: false })).toBe(0);
  });

  it('is none at the first sight, nor of another stream of the same name', () => {
    expect(advance(undefined, seen({ firstSequence: 151 })).gap).toBe(0);
    expect(gapOf({ firstSequence: 151, streamCreated: 'friday' })).toBe(0);
  });

  it('of a consumer that was made again is what is gone beyond what the old one had delivered', () => {
    const again = { consumerCreated: 'friday', deliveries: 0 };
    expect(gapOf({ ...again, delivered: 90 })).toBe(0);
    expect(gapOf({ ...again, delivered: 95, firstSequence: 96 })).toBe(0);
    expect(gapOf({ ...again, delivered: 150, firstSequence: 151 })).toBe(50);
    expect(gapOf({ ...again, delivered: 100, deliveries: 10 })).toBe(0);
  });
});

describe('a position', () => {
  it('never goes back in the same stream', () => {
    expect(advance(POSITION, seen({ acknowledged: 80 })).position).toEqual(POSITION);
    expect(advance(POSITION, seen({ deliveries: 99, delivered: 99, acknowledged: 95 })).position).toBe(POSITION);
    expect(advance(POSITION, seen({ acknowledged: 100 })).position.acknowledged).toBe(100);
  });

  it('is that of the stream where it was made again, or restored from a snapshot', () => {
    expect(advance(POSITION, seen({ streamCreated: 'friday', acknowledged: 0, delivered: 3 })).position).toMatchObject({
      streamCreated: 'friday',
      acknowledged: 0,
      passed: 3,
    });
    const restored = { lastSequence: 50, delivered: 40, acknowledged: 40, consumerCreated: 'friday', deliveries: 40 };
    expect(advance(POSITION, seen(restored)).position).toMatchObject({ acknowledged: 40, passed: 40 });
  });
});
