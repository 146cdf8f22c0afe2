import { Items, textOf } from '../../message/json-members.js';
import { BACKSLASH, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../../message/json-skip.js';
import { parseExact } from './decimal.js';
import { firstElements, MAX_ELEMENTS } from './first-elements.js';
import type { Scalar } from './scalar.js';
import type { ElementList, JsonType, Value } from './value.js';

const TYPES: ReadonlyMap<number | undefined, JsonType> = new Map([
  [QUOTE, 'string'],
  [OPEN_ARRAY, 'array'],
  [OPEN_OBJECT, 'object'],
  [0x74, 'boolean'],
  [0x66, 'boolean'],
  [0x6e, 'null'],
]);

/** A value in a well-formed JSON text. It is decoded when a condition asks for it, and at most once. */
export class JsonValue implements Value {
  readonly type: JsonType;
  private decoded: { readonly scalar: Scalar | undefined } | undefined;
  private counted: ElementList | undefined;

  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {
    this.type = TYPES.get(bytes[start]) ?? 'number';
  }

  get scalar(): Scalar | undefined {
    this.decoded ??= { scalar: this.decode() };
    return this.decoded.scalar;
  }

  get list(): ElementList | undefined {
    if (this.type !== 'array') return undefined;
    this.counted ??= this.count();
    return this.counted;
  }

  private decode(): Scalar | undefined {
    const { bytes, start, end, type } = this;
    switch (type) {
      case 'string':
        return textAt(bytes, start, end);
      case 'number':
        return parseExact(textOf(bytes, start, end));
      case 'boolean':
        return bytes[start] === 0x74;
      case 'null':
        return null;
      default:
        return undefined;
    }
  }

  private count(): ElementList {
    const elements: Value[] = [];
    let size = 0;
    const items = new Items(this.bytes, this.start);
    for (let at = items.at; at !== undefined; at = items.at) {
      const end = items.valueEnd(at);
      if (size++ < MAX_ELEMENTS) elements.push(new JsonValue(this.bytes, at, end));
      items.pass(end);
    }
    return firstElements(size, elements);
  }
}

/** Decodes a string from its first to its last quote. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  const escaped = bytes.subarray(start, end).indexOf(BACKSLASH) >= 0;
  return escaped ? JSON.parse(textOf(bytes, start, end)) : textOf(bytes, start + 1, end - 1);
}
