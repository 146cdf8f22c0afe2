import { expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { inPieces, type JsonPart } from './pieces.js';

const KIB = 1024;
const MAX_PIECE = 128 * KIB;

const text = fc
  .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 60_000 }))
  .map(([unit, times]) => unit.repeat(times));
const part: fc.Arbitrary<JsonPart> = fc.oneof(
  text,
  text.map((each) => Uint8Array.from(Buffer.from(each))),
);

async function* each(parts: readonly JsonPart[]): AsyncGenerator<JsonPart> {
  yield* parts;
}

it('the pieces of an answer are bounded, and joined they are its parts byte for byte', () =>
  fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of inPieces(each(parts))) pieces.push(piece);
      for (const piece of pieces) expect([piece.length > 0, piece.length < MAX_PIECE]).toEqual([true, true]);
      for (const piece of pieces.slice(0, -1)) expect(piece.length).toBeGreaterThanOrEqual(64 * KIB);
      const whole = Buffer.concat(parts.map((one) => Buffer.from(one)));
      expect(Buffer.concat(pieces).equals(whole)).toBe(true);
    }),
    { numRuns: 60 },
  ));
