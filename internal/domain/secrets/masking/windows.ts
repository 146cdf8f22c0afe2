import { MIN_LENGTH, writingsOf } from './writings.js';

/** So many first characters of a writing are looked for; then as many more as agree are part of what was found. */
export const WINDOW = 16;
/** So many are looked for one after the other: that is faster than one pass for all of them. */
const FEW = 64;
const FILTER_BITS = 12;
const HASH_BITS = 14;
const HASH_BASE = 0x01000193;
const SPREAD = 0x9e3779b1;
const { imul } = Math;
const POWERS = Int32Array.from({ length: WINDOW + 1 }, (_, exponent) => power(exponent));

/**
 * How writings of secrets begin, and whole ones that are shorter than a window, as they are looked for in texts: most texts have
 * none of them. Of many windows all are found in one pass, whatever their number: a webhook may have hundreds, and its receiver
 * chooses the text. Secrets and texts have one character per byte.
 */
export class Windows {
  private readonly secrets = new Map<string, readonly string[]>();
  /** By their first four characters as a number, how long windows are; empty where there are few windows. */
  private readonly starts = new Map<number, number[]>();
  private readonly filter: Uint8Array;
  /** How many windows have this hash; empty where there are few windows. */
  private readonly hashes: Uint16Array;
  /** In order, for the search of one by its beginning. */
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

  /** The secrets of which a writing begins with this window. */
  secretsOf(window: string): readonly string[] {
    return this.secrets.get(window) ?? [];
  }

  /** Those that stand in a text. */
  in(text: string): readonly string[] {
    return this.starts.size === 0
      ? [...this.secrets.keys()].filter((window) => text.includes(window))
      : this.scan(text);
  }

  /** The length of the longest part of one of them that a text ends with; 0: of none. */
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
   * One pass. The text is compared with a window where its hash agrees, and with a window that was found no more: a body of
   * one letter has windows of 13 lengths at each place, and to take each as a text took 20 ms.
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

/** Of each beginning of a text, by its length. */
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
