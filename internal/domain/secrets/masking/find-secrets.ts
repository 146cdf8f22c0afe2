import { joinedText, joinLines } from './join-lines.js';
import { unescapeAll, unescapedTexts } from './unescape.js';
import { WINDOW, type Windows } from './windows.js';
import { writingsOf } from './writings.js';

/** A part of a text, `until` not included. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** What is left of an escape at the place where a text was cut. */
const BROKEN_ESCAPE = /(?:\\(?:u[\da-f]{0,3}|x[\da-f]?)?|%[\da-f]?|&(?:#\w{0,6}|[a-z]{0,4}))$/i;

/** What is looked for in texts. Secrets have one character per byte. */
export interface Sought {
  readonly secrets: readonly string[];
  readonly windows: Windows;
}

/**
 * Where one of these secrets is written in a text, in any order, perhaps overlapping. The text has one character per byte. A
 * secret that breaks off after 16 characters of its writing is found too, and where the text was cut, one that breaks off
 * there after 4.
 */
export function findSecrets(text: string, { windows }: Sought, isCut: boolean): readonly Span[] {
  const whole = isCut ? text.replace(BROKEN_ESCAPE, '') : text;
  const texts = [whole, ...unescapedTexts(whole)].flatMap(withLinesJoined);
  const mayHave = (each: string) => windows.in(each).length > 0 || (isCut && windows.brokenOffIn(each).length > 0);
  if (!texts.some(mayHave)) return [];
  const levels: readonly Level[] = [{ text: whole }, ...unescapeAll(whole)];
  const findIn = makeFind(windows, isCut);
  return levels.flatMap((level) =>
    [...findIn(level.text), ...findInLines(level.text, findIn)].map((span) => originOf(span, level, text)),
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

function withLinesJoined(text: string): readonly string[] {
  const joined = joinedText(text);
  return joined === undefined ? [text] : [text, joined];
}

type Find = (text: string) => readonly Span[];

/** What goes on from one line to the next; what stands in one line is found too, once more. */
function findInLines(text: string, find: Find): readonly Span[] {
  const joined = joinLines(text);
  if (!joined) return [];
  const { origins } = joined;
  return find(joined.text).map(({ from, until }) => ({
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

  return (text) => {
    const found = windows.in(text).flatMap((window) => writingsWith(window).flatMap((each) => findOne(text, each)));
    if (!isCut) return found;
    const brokenOff = windows
      .brokenOffIn(text)
      .map(([, length]) => ({ from: text.length - length, until: text.length }));
    return [...found, ...brokenOff];
  };
}

function findOne(text: string, writing: string): readonly Span[] {
  const found: Span[] = [];
  const window = writing.slice(0, WINDOW);
  for (let from = text.indexOf(window); from !== -1; ) {
    let length = window.length;
    while (length < writing.length && text[from + length] === writing[length]) length++;
    found.push({ from, until: from + length });
    from = text.indexOf(window, from + length);
  }
  return found;
}
