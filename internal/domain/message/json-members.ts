import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from './json-skip.js';

/** The bounds of one step through a text that may be malicious. Without bounds, a step reads any number of bytes. */
export interface StepBounds {
  /** Maximum size of a name or of a value. */
  readonly maxBytes: number;
  /** Maximum size of the white space between two of them. */
  readonly maxSpace: number;
}

/** Walks through the items of an array or of an object in a JSON text, one per step, from the opening bracket on. */
export class Items {
  /** The start of the item to read. Undefined behind the last one, or if the text is malformed. */
  at: number | undefined;
  /** The end of the array or object, once no item follows. It is below 0 if the text is malformed. */
  end = -1;
  private readonly close: number;

  constructor(
    private readonly bytes: Uint8Array,
    opening: number,
    private readonly bounds?: StepBounds,
  ) {
    this.close = bytes[opening] === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
    const first = this.space(opening + 1);
    if (bytes[first] === this.close) this.end = first + 1;
    else this.at = first;
  }

  /** Goes on to the item behind one that ends at `end`. Below 0, that item is malformed, and the walk ends. */
  pass(end: number): void {
    const next = end < 0 ? end : this.space(end);
    this.at = this.bytes[next] === COMMA ? this.space(next + 1) : undefined;
    if (this.bytes[next] === this.close) this.end = next + 1;
  }

  /** Whether the walk has ended, and only white space follows. */
  get isWhole(): boolean {
    return this.end >= 0 && this.space(this.end) === this.bytes.length;
  }

  /** Reads the name of a member that begins at `from`. Undefined if it is malformed. */
  nameAt(from: number): { readonly nameEnd: number; readonly start: number } | undefined {
    const nameEnd = this.bytes[from] === QUOTE ? skipString(this.within(from, this.bounds?.maxBytes), from + 1) : -1;
    const colon = nameEnd < 0 ? -1 : this.space(nameEnd);
    return this.bytes[colon] === COLON ? { nameEnd, start: this.space(colon + 1) } : undefined;
  }

  /** Returns the end of a value that begins at `from`, or a number below 0 if it is malformed. */
  valueEnd(from: number): number {
    return skipValue(this.within(from, this.bounds?.maxBytes), from);
  }

  private space(from: number): number {
    return skipSpace(this.within(from, this.bounds?.maxSpace), from);
  }

  private within(from: number, bytes: number | undefined): Uint8Array {
    return bytes === undefined ? this.bytes : this.bytes.subarray(0, from + bytes);
  }
}

/** A member of an object: `"name": value` is from `from` to `end`, and its value from `start` to `end`. */
export interface JsonMember {
  readonly name: string;
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the members of an object in a JSON text. Their values are skipped and not parsed, so that a caller can take a
 * value as it is written. Undefined means that the text is not one well-formed object, or has more than `max` members.
 */
export function membersOf(bytes: Uint8Array, max: number): readonly JsonMember[] | undefined {
  const opening = skipSpace(bytes, 0);
  if (bytes[opening] !== OPEN_OBJECT) return undefined;
  const members: JsonMember[] = [];
  const items = new Items(bytes, opening);
  for (let from = items.at; from !== undefined; from = items.at) {
    const head = members.length < max ? items.nameAt(from) : undefined;
    const end = head ? items.valueEnd(head.start) : -1;
    if (!head || end < 0) return undefined;
    members.push({ name: JSON.parse(textOf(bytes, from, head.nameEnd)), from, start: head.start, end });
    items.pass(end);
  }
  return items.isWhole ? members : undefined;
}

/**
 * Yields the elements of an array in a JSON text, as they are written, and at last undefined if the text is not one
 * well-formed array of elements of at most `maxBytes`. A longer element is not read to its end.
 */
export function* elementsOf(bytes: Uint8Array, maxBytes: number): Generator<Uint8Array | undefined> {
  const opening = skipSpace(bytes, 0);
  if (bytes[opening] !== OPEN_ARRAY) return yield undefined;
  const items = new Items(bytes, opening, { maxBytes, maxSpace: bytes.length });
  for (let at = items.at; at !== undefined; at = items.at) {
    const end = items.valueEnd(at);
    if (end >= 0) yield bytes.subarray(at, end);
    items.pass(end);
  }
  if (!items.isWhole) yield undefined;
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}
