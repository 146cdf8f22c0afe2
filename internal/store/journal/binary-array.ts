import { UUID_PLACES } from '../../domain/message/uuid.js';

/**
 * Encodes arrays in the binary form that PostgreSQL's `array_recv` reads: no number becomes a string, no uuid is
 * parsed, and neither side quotes anything. Accept and settle have 36 parameters, nearly all of them arrays. As text,
 * the parameters took a third of the time that the journal costs the service. Each function encodes the value that
 * `pick` returns for each item; null and undefined become SQL's null.
 */
export type Pick<T, V> = (item: T) => V | null | undefined;

const HEAD = 20;
const EMPTY_HEAD = 12;

/** A type whose values all have the same number of bytes. */
interface Fixed<V> {
  readonly oid: number;
  readonly size: number;
  write(buffer: Buffer, value: V, at: number): void;
}

const TEXT_OID = 25;
const INT4: Fixed<number> = { oid: 23, size: 4, write: (buffer, value, at) => buffer.writeInt32BE(value, at) };
const INT8: Fixed<number> = {
  oid: 20,
  size: 8,
  write: (buffer, value, at) => buffer.writeBigInt64BE(BigInt(value), at),
};
const FLOAT8: Fixed<number> = { oid: 701, size: 8, write: (buffer, value, at) => buffer.writeDoubleBE(value, at) };
const CHAR: Fixed<string> = {
  oid: 18,
  size: 1,
  write: (buffer, value, at) => buffer.writeUInt8(value.charCodeAt(0), at),
};
const UUID: Fixed<string> = { oid: 2950, size: 16, write: writeUuid };

export function int4Array<T>(items: readonly T[], pick: Pick<T, number>): Buffer {
  return fixedArray(items, pick, INT4);
}

export function float8Array<T>(items: readonly T[], pick: Pick<T, number>): Buffer {
  return fixedArray(items, pick, FLOAT8);
}

/** Encodes integers that a JavaScript number represents exactly. */
export function int8Array<T>(items: readonly T[], pick: Pick<T, number>): Buffer {
  return fixedArray(items, pick, INT8);
}

/** Encodes single ASCII characters, of PostgreSQL's type `"char"`. */
export function charArray<T>(items: readonly T[], pick: Pick<T, string>): Buffer {
  return fixedArray(items, pick, CHAR);
}

/** Encodes uuids in their usual form of 36 characters. */
export function uuidArray<T>(items: readonly T[], pick: Pick<T, string>): Buffer {
  return fixedArray(items, pick, UUID);
}

/** Encodes arbitrary text. Half a surrogate pair becomes U+FFFD. */
export function textArray<T>(items: readonly T[], pick: Pick<T, string>): Buffer {
  const texts = items.map(pick);
  const lengths = texts.map((text) => (text == null ? 0 : Buffer.byteLength(text)));
  const buffer = open(
    TEXT_OID,
    items.length,
    lengths.reduce((sum, length) => sum + 4 + length, 0),
  );
  let at = HEAD;
  for (const [index, text] of texts.entries()) {
    const length = lengths[index] ?? 0;
    at = buffer.writeInt32BE(text == null ? -1 : length, at);
    if (text != null) at += buffer.write(text, at, length, 'utf8');
  }
  return buffer;
}

function fixedArray<T, V>(items: readonly T[], pick: Pick<T, V>, { oid, size, write }: Fixed<V>): Buffer {
  const buffer = open(oid, items.length, items.length * (4 + size));
  let at = HEAD;
  for (const item of items) {
    const value = pick(item);
    at = buffer.writeInt32BE(value == null ? -1 : size, at);
    if (value == null) continue;
    write(buffer, value, at);
    at += size;
  }
  return at < buffer.length ? buffer.subarray(0, at) : buffer;
}

/**
 * Writes the number of dimensions, the "has nulls" flag (the server ignores it and reads the items) and the type, then
 * the length and the lower bound of the one dimension.
 */
function open(oid: number, count: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(count === 0 ? EMPTY_HEAD : HEAD + bytes);
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(0, 4);
  buffer.writeInt32BE(oid, 8);
  if (count === 0) return buffer;
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

function writeUuid(buffer: Buffer, uuid: string, at: number): void {
  for (let byte = 0; byte < 16; byte++) {
    const digit = UUID_PLACES[byte] ?? 0;
    buffer[at + byte] = (digitAt(uuid, digit) << 4) | digitAt(uuid, digit + 1);
  }
}

/** Returns the value of a digit: `0` to `9`, `a` to `f` or `A` to `F`. */
function digitAt(uuid: string, index: number): number {
  const code = uuid.charCodeAt(index);
  return code > 0x39 ? (code & 0xf) + 9 : code & 0xf;
}
