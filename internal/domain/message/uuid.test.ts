import { randomFillSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { makeUuidAt, makeUuids } from './uuid.js';

const uuids = () => makeUuids((bytes) => randomFillSync(bytes));

it('makes uuids of version 7 that sort by time', () => {
  const make = uuids();
  const early = make(1_700_000_000_000);
  const late = make(1_700_000_000_001);
  for (const id of [early, late])
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(early < late).toBe(true);
});

it('makes no uuid twice at one time', () => {
  const make = uuids();
  expect(new Set(Array.from({ length: 5000 }, () => make(1))).size).toBe(5000);
});

it('writes the time, and every given bit that is not the version or the variant', () => {
  const uuidAt = makeUuidAt();
  const tail = fc.uint8Array({ minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), tail, (ms, bytes) => {
      const id = Buffer.from(uuidAt(ms, bytes).replaceAll('-', ''), 'hex');
      expect(id.readUIntBE(0, 6)).toBe(ms);
      const kept = Buffer.from(bytes);
      kept[0] = 0x70 | (kept.readUInt8(0) & 0x0f);
      kept[2] = 0x80 | (kept.readUInt8(2) & 0x3f);
      expect(id.subarray(6)).toEqual(kept);
    }),
  );
});
