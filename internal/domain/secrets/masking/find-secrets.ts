import { joinedText, joinLines } from './join-lines.js';
import { unescapeAll, unescapedTexts } from './unescape.js';
import { WINDOW, type Windows } from './windows.js';
import { writingsOf } from './writings.js';

/** A part of a text, up to but not including `until`. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** The rest of an escape at the place where a text was cut. */
const BROKEN_ESCAPE = /(?:\\(?:u[\da-f]{0,3}|x[\da-f]?)?|%[\da-f]?|&(?:#\w{0,7}|[a-z]{0,7}))$/i;

/**
 * Maximum number of comparisons of a place in a body with the secrets that may begin there, and of secrets with the
 * same beginning. A receiver chooses the places, and the owner of a webhook the secrets: 960 places and 261 secrets
 * took 2 s. Beyond a limit, the rest of the body is masked. A body without hostile intent needs a few dozen
 * comparisons.
 */
const MAX_COMPARISONS = 2000;
const MAX_ALIKE = 64;

/** The secrets that are searched for. They have one character per byte. */
export interface Sought {
  readonly secrets: readonly string[];
  readonly windows: Windows;
}

/**
 * Returns the places of these secrets in a text, in any order and possibly overlapping. The text has one character per
 * byte. A secret that breaks off after 16 characters of its encoded form is found too, and so is one that breaks off
 * after 4 characters where the text was cut.
 */
export function findSecrets(text: string, { windows }: Sought, isCut: boolean): readonly Span[] {
  const whole = isCut ? text.replace(BROKEN_ESCAPE, '') : text;
  const texts = [whole, ...unescapedTexts(whole)].flatMap(withLinesJoined);
  const mayHave = (each: string) => windows.in(each).length > 0 || (isCut && windows.brokenOffIn(each) > 0);
  if (!texts.some(mayHave)) return [];
  const levels: readonly Level[] = [{ text: whole }, ...unescapeAll(whole)];
  const findIn = makeFind(windows, isCut);
  const found: Span[] = [];
  for (const level of levels) {
    const plain = findIn(level.text);
    const joined = plain && findInLines(level.text, findIn);
    if (!joined) return [{ from: 0, until: text.length }];
    for (const span of [...plain, ...joined]) found.push(originOf(span, level, text));
  }
  return found;
}

/** A text, and the positions of its characters in the received text. Undefined means that it is the received text. */
interface Level {
  readonly text: string;
  readonly origins?: Uint32Array;
}

function originOf({ from, until }: Span, { text: undone, origins }: Level, text: string): Span {
  const end = until === undone.length ? text.length : (origins?.[until] ?? until);
  return { from: origins?.[from] ?? from, until: end };
}

function withLinesJoined(text: string): readonly string[] {
  const joined = joinedText(text);
  return joined === undefined ? [text] : [text, joined];
}

/** Returns undefined when a limit is exceeded; see `MAX_COMPARISONS`. */
type Find = (text: string) => readonly Span[] | undefined;

/** Finds secrets that continue from one line to the next. A secret within one line is found a second time. */
function findInLines(text: string, find: Find): readonly Span[] | undefined {
  const joined = joinLines(text);
  if (!joined) return [];
  const { origins } = joined;
  return find(joined.text)?.map(({ from, until }) => ({
    from: origins[from] ?? 0,
    until: (origins[until - 1] ?? 0) + 1,
  }));
}

function makeFind(windows: Windows, isCut: boolean): Find {
  const known = new Map<string, readonly string[]>();
  const writingsWith = (window: string) =>
    windows.secretsOf(window).flatMap((secret) => {
      const writings = known.get(secret) ?? writingsOf(secret);
      known.set(secret, writings);
      return writings.filter((writing) => writing.slice(0, WINDOW) === window);
    });
  let comparisonsLeft = MAX_COMPARISONS;

  /** Returns undefined when there is more to compare than in a body without hostile intent. */
  const followWindow = (text: string, window: string): readonly Span[] | undefined => {
    const found: Span[] = [];
    const secretCount = windows.secretsOf(window).length;
    const writings = secretCount > MAX_ALIKE ? [] : writingsWith(window);
    let end = 0;
    for (let from = text.indexOf(window); from !== -1; from = text.indexOf(window, from + 1)) {
      comparisonsLeft -= secretCount;
      if (secretCount > MAX_ALIKE || comparisonsLeft < 0) return undefined;
      const until = longestMatch(text, from, writings, Math.max(end, from + window.length));
      if (until > end) found.push({ from, until });
      end = Math.max(end, until);
    }
    return found;
  };

  return (text) => {
    const found: Span[] = [];
    for (const window of windows.in(text)) {
      const spans = followWindow(text, window);
      if (!spans) return undefined;
      found.push(...spans);
    }
    const brokenOff = isCut ? windows.brokenOffIn(text) : 0;
    if (brokenOff > 0) found.push({ from: text.length - brokenOff, until: text.length });
    return found;
  };
}

/**
 * Returns the end of the longest match between the text at a place and these encoded secrets. The end is at least
 * `end`.
 */
function longestMatch(text: string, from: number, writings: readonly string[], end: number): number {
  let until = end;
  for (const writing of writings) {
    if (!text.startsWith(writing.slice(0, until - from), from)) continue;
    while (until - from < writing.length && text[until] === writing[until - from]) until++;
  }
  return until;
}
