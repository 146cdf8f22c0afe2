const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [0x5b, 0x7b, 0x5d, 0x7d];

export interface JsonBounds {
  /** Lists and objects inside each other. */
  readonly deepest: number;
  /** In all. */
  readonly mostValues: number;
  /** Lists and objects in all. */
  readonly mostParts: number;
  /** Of one object. */
  readonly mostMembers: number;
}

export type ShapeProblem = keyof JsonBounds;

/**
 * The first bound that a JSON text breaks, seen before it is parsed, because parsing costs what is in it: 256 KiB of one
 * object's names, or of objects with a name each, take 20 to 30 ms, and 1 ms to be counted here. Values are counted by
 * the commas between them.
 */
export function shapeProblem(bytes: Uint8Array, bounds: JsonBounds): ShapeProblem | undefined {
  const { deepest, mostValues, mostParts, mostMembers } = bounds;
  const isObject = new Uint8Array(deepest + 1);
  const commas = new Uint32Array(deepest + 1);
  let depth = 0;
  let values = 1;
  let parts = 0;
  let isInText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isInText = !isInText;
    else if (isInText) {
      if (byte === BACKSLASH) at++;
    } else if (byte === COMMA) {
      const here = (commas[depth] ?? 0) + 1;
      commas[depth] = here;
      if (++values > mostValues) return 'mostValues';
      if (isObject[depth] && here >= mostMembers) return 'mostMembers';
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > deepest) return 'deepest';
      if (++parts > mostParts) return 'mostParts';
      isObject[depth] = byte === OPEN_OBJECT ? 1 : 0;
      commas[depth] = 0;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return undefined;
}
