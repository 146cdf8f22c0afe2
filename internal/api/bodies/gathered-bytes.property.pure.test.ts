import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { GatheredBytes } from './gathered-bytes.js';

describe('the bytes of a body', () => {
  it('are those of its pieces, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 })), (pieces) => {
        const gathered = new GatheredBytes();
        for (const piece of pieces) gathered.add(Buffer.from(piece));
        expect(gathered.whole().equals(Buffer.concat(pieces))).toBe(true);
      }),
    );
  });

  it('are copied, so that the memory does not depend on the number of pieces', () => {
    const gathered = new GatheredBytes();
    const piece = Buffer.alloc(1);
    for (let count = 0; count < 100_000; count++) {
      piece[0] = count % 251;
      gathered.add(piece);
    }
    expect(
      gathered
        .whole()
        .subarray(1)
        .equals(Buffer.from(Array.from({ length: 99_999 }, (_, n) => (n + 1) % 251))),
    ).toBe(true);
  });
});
