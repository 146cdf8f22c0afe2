import { MIN_LENGTH, writingsOf } from './writings.js';

/**
 * Number of leading characters of an encoded secret that are searched for. Further characters that agree are part of
 * the match.
 */
export const WINDOW = 16;
/** Up to this number, windows are searched for one after the other, which is faster than one pass for all of them. */
const FEW = 64;
const FILTER_BITS = 12;
const HASH_BITS = 14;
const HASH_BASE = 0x01000193;
const SPREAD = 0x9e3779b1;
const { imul } = Math;
const POWERS = Int32Array.from({ length: WINDOW + 1 }, (_, exponent) => power(exponent));

/**
 * The beginnings of encoded secrets, and whole encoded secrets that are shorter than a window. Most texts contain none
 * of them. A large set of windows is found in one pass, whatever its size: a webhook may have hundreds of secrets, and
 * its receiver chooses the text. Secrets and texts have one character per byte.
 */
export class Windows {
  private readonly secrets = new Map<string, readonly string[]>();
  /** The lengths of windows by their first four characters as a number. The map is empty when there are few windows. */
  private readonly starts = new Map<number, number[]>();
  private readonly filter: Uint8Array;
  /** Number of windows per hash. The table is empty when there are few windows. */
  private readonly hashes: Uint16Array;
  /** The windows in order, in which a window is found by its beginning. */
  private sorted: readonly string[] | undefined;

  constructor(secrets: readonly string[]) {
    for (const secret of secrets)
      for (const beginning of writingsOf(secret.slice(0, WINDOW))) this.add(beginning.slice(0, WINDOW), secret);
    const areMany = this.secrets.size > FEW;
    this.filter = new Uint8Array(areMany ? 2 ** FILTER_BITS : 0);
    this.hashes = new Uint16Array(areMany ? 2 ** HASH_BITS : 0);
    if (!areMany) return;
    for (const window of this.secrets.keys()) {
      const start = startOf(window);
      const lengths = this.starts.get(start) ?? [];
      if (!lengths.includes(window.length)) this.starts.set(start, [...lengths, window.length]);
      this.filter[placeOf(start)] = 1;
      const hash = slotOf(hashesOf(window)[window.length] ?? 0);
      this.hashes[hash] = (this.hashes[hash] ?? 0) + 1;
    }
  }

  get size(): number {
    return this.secrets.size;
  }

  /** Returns the secrets of which an encoded form begins with this window. */
  secretsOf(window: string): readonly string[] {
    return this.secrets.get(window) ?? [];
  }

  /** Returns the windows that a text contains. */
  in(text: string): readonly string[] {
    return this.starts.size === 0
      ? [...this.secrets.keys()].filter((window) => text.includes(window))
      : this.scan(text);
  }

  /** Returns the length of the longest beginning of a window with which a text ends, or 0. */
  brokenOffIn(text: string): number {
    for (let length = Math.min(WINDOW - 1, text.length); length >= MIN_LENGTH; length--)
      if (this.hasBeginning(text.slice(text.length - length))) return length;
    return 0;
  }

  private hasBeginning(beginning: string): boolean {
    this.sorted ??= [...this.secrets.keys()].sort();
    const { sorted } = this;
    let low = 0;
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? '') < beginning) low = middle + 1;
      else high = middle;
    }
    return sorted[low]?.startsWith(beginning) === true;
  }

  private add(window: string, secret: string): void {
    const others = this.secrets.get(window) ?? [];
    if (others.at(-1) !== secret) this.secrets.set(window, [...others, secret]);
  }

  /**
   * Finds windows in one pass. The text is compared with a window only where its hash agrees, and a window that was
   * found is not compared again: a body that repeats one letter has windows of 13 lengths at each place, and to extract
   * the text of each took 20 ms.
   */
  private scan(text: string): readonly string[] {
    const found = new Set<string>();
    const sought = this.hashes.slice();
    const hashes = hashesOf(text);
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      start = (start << 8) | text.charCodeAt(at);
      if (at + 1 < MIN_LENGTH) continue;
      if (this.filter[placeOf(start)] === 0) continue;
      const from = at + 1 - MIN_LENGTH;
      for (const length of this.starts.get(start) ?? []) {
        const until = from + length;
        if (until > text.length) continue;
        const slot = slotOf((hashes[until] ?? 0) - imul(hashes[from] ?? 0, POWERS[length] ?? 0));
        const count = sought[slot] ?? 0;
        if (count === 0) continue;
        const window = text.slice(from, until);
        if (!this.secrets.has(window) || found.has(window)) continue;
        found.add(window);
        sought[slot] = count - 1;
      }
    }
    return [...found];
  }
}

/** Returns the hash of each beginning of a text, by its length. */
function hashesOf(text: string): Int32Array {
  const hashes = new Int32Array(text.length + 1);
  let hash = 0;
  for (let at = 0; at < text.length; at++) {
    hash = (imul(hash, HASH_BASE) + text.charCodeAt(at) + 1) | 0;
    hashes[at + 1] = hash;
  }
  return hashes;
}

function power(exponent: number): number {
  let product = 1;
  for (let factor = 0; factor < exponent; factor++) product = imul(product, HASH_BASE);
  return product;
}

const slotOf = (hash: number) => imul(hash, SPREAD) >>> (32 - HASH_BITS);

function startOf(window: string): number {
  let start = 0;
  for (let at = 0; at < MIN_LENGTH; at++) start = (start << 8) | window.charCodeAt(at);
  return start;
}

const placeOf = (start: number) => imul(start, SPREAD) >>> (32 - FILTER_BITS);
