/** A text without escapes, one character per byte. */
export interface Unescaped {
  readonly text: string;
  /** The position of each character in the text with escapes, followed by the length of that text. */
  readonly origins: Uint32Array;
}

interface Escape {
  /** The unescaped characters, which are never longer than the escape. */
  readonly meaning: string;
  readonly length: number;
}

/** Allows for JSON inside JSON inside a URL. */
const MAX_LEVELS = 3;
const [BACKSLASH, PERCENT, AMPERSAND] = [0x5c, 0x25, 0x26];

/**
 * Undoes the escapes in a text repeatedly, and returns the text after each level. The list is empty when there are no
 * escapes.
 */
export function unescapedTexts(text: string): readonly string[] {
  const texts: string[] = [];
  for (let plain = undoEscapes(text); plain !== undefined; plain = undoEscapes(plain)) {
    texts.push(plain);
    if (texts.length === MAX_LEVELS) break;
  }
  return texts;
}

/** Undoes the escapes likewise, and returns the positions of each text's characters in the first text too. */
export function unescapeAll(text: string): readonly Unescaped[] {
  const levels: Unescaped[] = [];
  let escaped = text;
  for (const plain of unescapedTexts(text)) {
    const origins = new Uint32Array(escaped.length + 1);
    undoEscapes(escaped, origins);
    const outer = levels.at(-1)?.origins;
    levels.push({ text: plain, origins: outer ? origins.map((at) => outer[at] ?? 0) : origins });
    escaped = plain;
  }
  return levels;
}

/** Undoes one level of escapes, those of JSON, URLs, JavaScript and HTML. Returns undefined when there are none. */
function undoEscapes(text: string, origins?: Uint32Array): string | undefined {
  const mark = /[\\%&]/g;
  const pieces: string[] = [];
  let length = 0;
  let from = 0;
  const add = (piece: string, origin: number, step: 0 | 1) => {
    for (let index = 0; origins && index < piece.length; index++) origins[length + index] = origin + step * index;
    length += piece.length;
    pieces.push(piece);
  };
  // The loop goes from mark to mark. A check of each character took twice as long.
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const at = found.index;
    const escaped = readEscape(text.charCodeAt(at), text, at);
    if (!escaped) continue;
    add(text.slice(from, at), from, 1);
    add(escaped.meaning, at, 0);
    from = at + escaped.length;
    mark.lastIndex = from;
  }
  if (from === 0) return undefined;
  add(text.slice(from), from, 1);
  if (origins) origins[length] = text.length;
  return pieces.join('');
}

function readEscape(code: number, text: string, at: number): Escape | undefined {
  if (code === PERCENT) return readBytes(text, at + 1, 3);
  if (code === BACKSLASH) return readBackslash(text, at);
  return code === AMPERSAND ? readEntity(text, at) : undefined;
}

/** Reads `%2B` or `\x2b`. */
function readBytes(text: string, at: number, length: number): Escape | undefined {
  const byte = readHex(text, at, 2);
  return byte === undefined ? undefined : { meaning: String.fromCharCode(byte), length };
}

/** A secret that is written in lines may contain line breaks. */
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Reads `\u002B`, a surrogate pair, `\x2b`, `\/` or `\n`. */
function readBackslash(text: string, at: number): Escape | undefined {
  const sign = text[at + 1];
  if (sign === 'x') return readBytes(text, at + 2, 4);
  if (sign !== 'u') return sign === undefined ? undefined : { meaning: CONTROLS[sign] ?? sign, length: 2 };
  const unit = readHex(text, at + 2, 4);
  if (unit === undefined) return undefined;
  const isHigh = unit >= 0xd800 && unit < 0xdc00 && text.startsWith('\\u', at + 6);
  const low = isHigh ? readHex(text, at + 8, 4) : undefined;
  if (low === undefined) return { meaning: utf8(String.fromCharCode(unit)), length: 6 };
  return { meaning: utf8(String.fromCharCode(unit, low)), length: 12 };
}

const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,7}));/iy;
/** The names that HTML has for the punctuation of ASCII. Some encoders write all of it by name. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", sol: '/', bsol: '\\', plus: '+', equals: '=' }),
  ...Object.entries({ excl: '!', num: '#', dollar: '$', percnt: '%', lpar: '(', rpar: ')', ast: '*', midast: '*' }),
  ...Object.entries({ comma: ',', period: '.', colon: ':', semi: ';', quest: '?', commat: '@', hat: '^', grave: '`' }),
  ...Object.entries({ lsqb: '[', lbrack: '[', rsqb: ']', rbrack: ']', lcub: '{', lbrace: '{', rcub: '}', rbrace: '}' }),
  ...Object.entries({ lowbar: '_', vert: '|', verbar: '|', tab: '\t', newline: '\n' }),
]);
const MAX_CODE_POINT = 0x10ffff;

/** Reads `&#43;`, `&#x2b;` or `&plus;`. */
function readEntity(text: string, at: number): Escape | undefined {
  ENTITY.lastIndex = at;
  const [all, decimal, hex, name] = ENTITY.exec(text) ?? [];
  if (all === undefined) return undefined;
  if (name) {
    const meaning = ENTITIES.get(name.toLowerCase());
    return meaning === undefined ? undefined : { meaning, length: all.length };
  }
  const codePoint = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16);
  return { meaning: codePoint <= MAX_CODE_POINT ? utf8(String.fromCodePoint(codePoint)) : '', length: all.length };
}

function readHex(text: string, at: number, length: number): number | undefined {
  let value = 0;
  for (let index = at; index < at + length; index++) {
    const digit = hexDigit(text.charCodeAt(index));
    if (digit === undefined) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** Returns undefined behind the end of a text, where the code is NaN. */
function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : undefined;
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1');
