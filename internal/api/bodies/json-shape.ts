import { randomInt } from 'node:crypto';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [0x5b, 0x7b, 0x5d, 0x7d];

export interface JsonBounds {
  /** Maximum depth of nested lists and objects. */
  readonly deepest: number;
  /** Maximum number of values in total. */
  readonly maxValues: number;
  /** Maximum number of lists and objects in total. */
  readonly maxParts: number;
  /** Maximum number of members of one object. */
  readonly maxMembers: number;
  /** Maximum number of different member names over all objects. */
  readonly mostNames: number;
}

export type ShapeProblem = keyof JsonBounds;

/**
 * Returns the first bound that a JSON text breaks. The check runs before the text is parsed, because the cost of
 * parsing depends on the content: 256 KiB that are the names of one object, or objects with one name each, take 20 to
 * 30 ms to parse and 1 ms to count here. Most of that time goes to names that V8 has not met before: 9,000 of them, in
 * objects of 1,000 members each, take 5 ms, and 1,000 of them nine times take 1 ms. Values are counted by the commas
 * between them.
 */
export function shapeProblem(bytes: Uint8Array, bounds: JsonBounds): ShapeProblem | undefined {
  const { deepest, maxValues, maxParts, maxMembers, mostNames } = bounds;
  const isObject = new Uint8Array(deepest + 1);
  const commas = new Uint32Array(deepest + 1);
  let depth = 0;
  let values = 1;
  let parts = 0;
  let isInText = false;
  /** The position of the last text. */
  const text = { from: 0, until: 0 };
  const names = new Set<number>();
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      isInText = !isInText;
      if (isInText) text.from = at + 1;
      else text.until = at;
    } else if (isInText) {
      if (byte === BACKSLASH) at++;
    } else if (byte === COMMA) {
      const here = (commas[depth] ?? 0) + 1;
      commas[depth] = here;
      if (++values > maxValues) return 'maxValues';
      if (isObject[depth] && here >= maxMembers) return 'maxMembers';
    } else if (byte === COLON) {
      names.add(digestOf(bytes, text));
      if (names.size > mostNames) return 'mostNames';
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > deepest) return 'deepest';
      if (++parts > maxParts) return 'maxParts';
      isObject[depth] = byte === OPEN_OBJECT ? 1 : 0;
      commas[depth] = 0;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return undefined;
}

/** The seed is random, so that a caller cannot choose names that share a digest and count as one. */
const SEED = randomInt(2 ** 31);
const FNV_PRIME = 0x01000193;
/** It is read once, because a global of a test's context takes 0.2 µs to look up. */
const { imul } = Math;

function digestOf(bytes: Uint8Array, { from, until }: { readonly from: number; readonly until: number }): number {
  let digest = SEED;
  for (let at = from; at < until; at++) digest = imul(digest ^ (bytes[at] ?? 0), FNV_PRIME);
  return digest;
}
