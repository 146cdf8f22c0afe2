import { MIN_LENGTH, writingsOf } from './writings.js';

/** So many first characters of a writing are looked for; then as many more as agree are part of what was found. */
export const WINDOW = 16;
/** So many are looked for one after the other: that is faster than one pass for all of them. */
const FEW = 64;
const FILTER_BITS = 12;
const SPREAD = 0x9e3779b1;
const { imul } = Math;

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

  constructor(secrets: readonly string[]) {
    for (const secret of secrets)
      for (const beginning of writingsOf(secret.slice(0, WINDOW))) this.add(beginning.slice(0, WINDOW), secret);
    const areMany = this.secrets.size > FEW;
    this.filter = new Uint8Array(areMany ? 2 ** FILTER_BITS : 0);
    if (!areMany) return;
    for (const window of this.secrets.keys()) {
      const start = startOf(window);
      const lengths = this.starts.get(start) ?? [];
      if (!lengths.includes(window.length)) this.starts.set(start, [...lengths, window.length]);
      this.filter[placeOf(start)] = 1;
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

  /** Those of which a text ends with a part, and how long it is. */
  brokenOffIn(text: string): readonly (readonly [window: string, length: number])[] {
    const end = text.slice(1 - WINDOW);
    return [...this.secrets.keys()].flatMap((window) => {
      if (!end.includes(window.slice(0, MIN_LENGTH))) return [];
      const length = partAtEnd(end, window);
      return length > 0 ? [[window, length] as const] : [];
    });
  }

  private add(window: string, secret: string): void {
    const others = this.secrets.get(window) ?? [];
    if (others.at(-1) !== secret) this.secrets.set(window, [...others, secret]);
  }

  private scan(text: string): readonly string[] {
    const found = new Set<string>();
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      start = (start << 8) | text.charCodeAt(at);
      if (at + 1 < MIN_LENGTH) continue;
      if (this.filter[placeOf(start)] === 0) continue;
      const from = at + 1 - MIN_LENGTH;
      for (const length of this.starts.get(start) ?? []) {
        const window = text.slice(from, from + length);
        if (this.secrets.has(window)) found.add(window);
      }
    }
    return [...found];
  }
}

/** How many characters of a window, fewer than all, a text ends with. */
function partAtEnd(text: string, window: string): number {
  for (let length = window.length - 1; length >= MIN_LENGTH; length--) {
    if (text.endsWith(window.slice(0, length))) return length;
  }
  return 0;
}

function startOf(window: string): number {
  let start = 0;
  for (let at = 0; at < MIN_LENGTH; at++) start = (start << 8) | window.charCodeAt(at);
  return start;
}

const placeOf = (start: number) => imul(start, SPREAD) >>> (32 - FILTER_BITS);
