import { describe, expect, it } from '@jest/globals';
import { makePositionId, parseAckSubject } from './stream-position.js';

const position = { streamSequence: 42, consumerSequence: 50, delivered: 2, storedAt: 1_769_860_800_123 };

describe('the position of a message', () => {
  it('is read from the subject of its acknowledgement, in the old form and the new one', () => {
    expect(parseAckSubject('$JS.ACK.HUKZ.hukz.2.42.50.1769860800123456789.7')).toEqual(position);
    expect(parseAckSubject('$JS.ACK.hub.ACCHASH.HUKZ.hukz.2.42.50.1769860800123456789.7.rnd')).toEqual(position);
  });

  it.each(['', '_INBOX.x', '$JS.ACK.HUKZ', '$JS.API.x.y.z.a.b.c.d'])('is not in %p', (subject) => {
    expect(parseAckSubject(subject)).toBeUndefined();
  });

  it('is an id that no other message has', () => {
    const stream = { name: 'HUKZ', created: '2026-11-22T03:36:05.797229442Z' };
    const idOf = makePositionId(stream);
    const ids = [
      idOf(position),
      idOf({ ...position, streamSequence: 43 }),
      makePositionId({ ...stream, created: '2026-11-23T03:36:05.797229442Z' })(position),
      makePositionId({ ...stream, name: 'OTHER' })(position),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(idOf({ ...position, delivered: 3, consumerSequence: 99 })).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
