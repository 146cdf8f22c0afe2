import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { envelope } from './envelope.js';
import { isJson } from './json-bytes.js';
import { isJsonInSteps } from './json-steps.js';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A reference implementation: decode all characters, then parse. */
const isJsonByTheBook = (bytes: Uint8Array) => {
  try {
    JSON.parse(strict.decode(bytes));
    return true;
  } catch {
    return false;
  }
};

const time = fc.integer({ min: 0, max: Date.UTC(2200, 0) });
const subject = fc.oneof(fc.constant('tag.created'), fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }));
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const jsonText = fc.oneof(
  fc.json({ stringUnit: 'binary' }),
  fc.tuple(space, fc.json(), space).map((parts) => parts.join('')),
  fc.bigInt().map(String),
  fc.constantFrom('{"a":1,"a":2}', '1e400', '-0', '"\\ud800"', '"\\u0000"', '"\u2028"'),
);
const jsonBytes = jsonText.map((text) => Buffer.from(text));
/** JSON with one byte changed, added or removed, which may or may not be valid. */
const damaged = fc
  .tuple(jsonBytes, fc.nat(), fc.nat({ max: 255 }), fc.nat({ max: 2 }))
  .map(([bytes, place, byte, kind]) => {
    const at = place % (bytes.length + 1);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(kind === 2 ? [] : [byte]),
      bytes.subarray(at + (kind & 1)),
    ]);
  });
const almostJson = fc.constantFrom(
  '\ufeff{}',
  '\u00a01',
  '1\u0085',
  "'a'",
  '{}{}',
  'NaN',
  '"\t"',
  '01',
  '[1,]',
  '"\0"',
);
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  jsonBytes,
  damaged,
  almostJson.map((text) => Buffer.from(text)),
  jsonText.map((text) => Buffer.from(text, 'utf16le')),
  fc.uint8Array({ maxLength: 8 }).map((inner) => Buffer.concat([Buffer.from('"'), inner, Buffer.from('"')])),
);
/** Payloads at an offset in a larger buffer, as they arrive from a socket. */
const bytesInBuffer = fc.tuple(anyBytes, fc.nat({ max: 9 })).map(([bytes, offset]) => {
  const buffer = new Uint8Array(offset + bytes.length + 5).fill(0x7b);
  buffer.set(bytes, offset);
  return buffer.subarray(offset, offset + bytes.length);
});

const bodyText = (body: Uint8Array) => strict.decode(body);

describe('the body that is POSTed', () => {
  it('is one JSON text with what the contract names, whatever was published', () => {
    fc.assert(
      fc.property(subject, time, bytesInBuffer, (event, at, bytes) => {
        const text = bodyText(envelope(event, at, bytes).body);
        const base64 = bytes.length > 0 && !isJsonByTheBook(bytes);
        expect(JSON.parse(text)).toEqual({
          event,
          contains: [event.split('.')[0]],
          created_at: new Date(at).toISOString(),
          payload: base64
            ? Buffer.from(bytes).toString('base64')
            : bytes.length === 0
              ? null
              : JSON.parse(bodyText(bytes)),
          ...(base64 ? { payload_encoding: 'base64' } : {}),
        });
      }),
      { numRuns: 300 },
    );
  });

  it('holds the payload so that its bytes can be had again exactly', () => {
    fc.assert(
      fc.property(subject, time, bytesInBuffer, (event, at, bytes) => {
        const sent = Buffer.from(bytes);
        const { body, payload } = envelope(event, at, bytes);
        expect(Buffer.from(payload).equals(sent)).toBe(true);
        const read = JSON.parse(bodyText(body)) as { payload: unknown; payload_encoding?: string };
        if (read.payload_encoding === 'base64') {
          expect(Buffer.from(String(read.payload), 'base64').equals(sent)).toBe(true);
          return;
        }
        const empty = Buffer.from('{}');
        const head = envelope(event, at, empty).body.length - empty.length - 1;
        const inBody = Buffer.from(body).subarray(head, -1);
        expect(inBody.equals(sent.length === 0 ? Buffer.from('null') : sent)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same when it is built again from what was stored', () => {
    fc.assert(
      fc.property(subject, time, bytesInBuffer, (event, at, bytes) => {
        const first = envelope(event, at, bytes);
        expect(Buffer.from(envelope(event, at, first.payload).body).equals(first.body)).toBe(true);
      }),
    );
  });
});

it('long strings, plain or escaped, whole or torn, are judged as short ones', () => {
  const piece = fc.constantFrom('x'.repeat(400), '\\n'.repeat(150), '\\u00e9', 'é', '"', '\\', '\t', '","');
  const text = fc.array(piece, { minLength: 1, maxLength: 12 }).map((parts) => `["${parts.join('')}"]`);
  fc.assert(
    fc.property(text, (json) => {
      const bytes = Buffer.from(json);
      expect(isJson(bytes)).toBe(isJsonByTheBook(bytes));
    }),
    { numRuns: 500 },
  );
});

it('bytes are judged in steps as they are at once, whatever the size of a step', () => {
  const value = fc.json({ maxDepth: 6 }).map((json) => Buffer.from(json));
  fc.assert(
    fc.property(fc.oneof(bytesInBuffer, value), fc.integer({ min: 1, max: 40 }), (bytes, stepBytes) => {
      expect(inSteps(bytes, stepBytes)).toBe(isJson(bytes));
    }),
    { numRuns: 600 },
  );
});

function inSteps(bytes: Uint8Array, stepBytes: number): boolean {
  const steps = isJsonInSteps(bytes, stepBytes);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

it('nesting of any depth is no reason to fail', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const deep = `${open.repeat(200_000)}1${close.repeat(200_000)}`;
    expect(isJson(Buffer.from(deep))).toBe(true);
    expect(isJson(Buffer.from(deep.slice(0, -1)))).toBe(false);
    expect([inSteps(Buffer.from(deep), 1000), inSteps(Buffer.from(deep.slice(0, -1)), 1000)]).toEqual([true, false]);
  }
});

it('bytes are JSON exactly when they are UTF-8 that JSON.parse takes', () => {
  fc.assert(
    fc.property(bytesInBuffer, (bytes) => {
      expect(isJson(bytes)).toBe(isJsonByTheBook(bytes));
    }),
    { numRuns: 600 },
  );
});
