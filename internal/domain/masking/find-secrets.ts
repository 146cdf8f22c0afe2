import { unescapeAll, unescapedTexts } from './unescape.js';
import { MIN_LENGTH, writingsOf } from './writings.js';

/** A part of a text, `until` not included. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** So many first characters of a writing are looked for; then as many more as agree are part of what was found. */
export const WINDOW = 16;
/** What is left of an escape at the place where a text was cut. */
const BROKEN_ESCAPE = /(?:\\(?:u[\da-f]{0,3}|x[\da-f]?)?|%[\da-f]?|&(?:#\w{0,6}|[a-z]{0,4}))$/i;

/** What is looked for in texts. Secrets have one character per byte. */
export interface Sought {
  readonly secrets: readonly string[];
  /** How writings of the secrets begin, and whole ones that are shorter than a window: most texts have none of them. */
  readonly windows: readonly string[];
}

export function windowsOf(secrets: readonly string[]): readonly string[] {
  const beginnings = secrets.flatMap((secret) => writingsOf(secret.slice(0, WINDOW)));
  return [...new Set(beginnings.map((beginning) => beginning.slice(0, WINDOW)))];
}

/**
 * Where one of these secrets is written in a text, in any order, perhaps overlapping. The text has one character per byte. A
 * secret that breaks off after 16 characters of its writing is found too, and where the text was cut, one that breaks off
 * there after 4.
 */
export function findSecrets(text: string, { secrets, windows }: Sought, isCut: boolean): readonly Span[] {
  const whole = isCut ? text.replace(BROKEN_ESCAPE, '') : text;
  const texts = [whole, ...unescapedTexts(whole)];
  if (!texts.some((each) => windows.some((window) => mayHave(each, window, isCut)))) return [];
  const levels: readonly Level[] = [{ text: whole }, ...unescapeAll(whole)];
  const writings = secrets.flatMap(writingsOf);
  return levels.flatMap((level) =>
    writings.flatMap((writing) => findOne(level.text, writing, isCut).map((span) => originOf(span, level, text))),
  );
}

/** A text, and where its characters begin in the text that was received; undefined: it is that text. */
interface Level {
  readonly text: string;
  readonly origins?: Uint32Array;
}

function originOf({ from, until }: Span, { text: undone, origins }: Level, text: string): Span {
  const end = until === undone.length ? text.length : (origins?.[until] ?? until);
  return { from: origins?.[from] ?? from, until: end };
}

function mayHave(text: string, window: string, isCut: boolean): boolean {
  return text.includes(window) || (isCut && brokenOff(text, window) > 0);
}

function findOne(text: string, writing: string, isCut: boolean): readonly Span[] {
  const found: Span[] = [];
  const window = writing.slice(0, WINDOW);
  for (let from = text.indexOf(window); from !== -1; ) {
    let length = window.length;
    while (length < writing.length && text[from + length] === writing[length]) length++;
    found.push({ from, until: from + length });
    from = text.indexOf(window, from + length);
  }
  const rest = isCut ? brokenOff(text, writing) : 0;
  if (rest > 0) found.push({ from: text.length - rest, until: text.length });
  return found;
}

/** How many characters of a writing, fewer than a window, the text ends with. */
function brokenOff(text: string, writing: string): number {
  for (let length = Math.min(WINDOW, writing.length) - 1; length >= MIN_LENGTH; length--) {
    if (text.endsWith(writing.slice(0, length))) return length;
  }
  return 0;
}
