/** A text whose escapes are undone, one character per byte. */
export interface Unescaped {
  readonly text: string;
  /** Where each character of the text begins in the text with escapes, and at last that text's length. */
  readonly origins: Uint32Array;
}

interface Escape {
  /** Never longer than the escape itself. */
  readonly meaning: string;
  readonly length: number;
}

/** JSON inside JSON inside a URL. */
const MAX_LEVELS = 3;
const [BACKSLASH, PERCENT, AMPERSAND] = [0x5c, 0x25, 0x26];

/** The text when the escapes in it are undone again and again; none when there are no escapes. Origins are those in `text`. */
export function unescapeAll(text: string): readonly Unescaped[] {
  const levels: Unescaped[] = [];
  for (let undone = undoEscapes(text); undone && levels.length < MAX_LEVELS; undone = undoEscapes(undone.text)) {
    const outer = levels.at(-1)?.origins;
    levels.push(outer ? { ...undone, origins: undone.origins.map((at) => outer[at] ?? 0) } : undone);
  }
  return levels;
}

/** Undoes one level of escapes, those of JSON, URLs, JavaScript and HTML; undefined when there are none. */
function undoEscapes(text: string): Unescaped | undefined {
  if (!/[\\%&]/.test(text)) return undefined;
  const plain = Buffer.allocUnsafe(text.length);
  const origins = new Uint32Array(text.length + 1);
  let length = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const escaped = readEscape(code, text, at);
    if (escaped) {
      origins.fill(at, length, length + escaped.meaning.length);
      length += plain.write(escaped.meaning, length, 'latin1');
      at += escaped.length;
    } else {
      origins[length] = at++;
      plain[length++] = code;
    }
  }
  if (length === text.length) return undefined;
  origins[length] = text.length;
  return { text: plain.toString('latin1', 0, length), origins: origins.subarray(0, length + 1) };
}

function readEscape(code: number, text: string, at: number): Escape | undefined {
  if (code === PERCENT) return readBytes(text, at + 1, 3);
  if (code === BACKSLASH) return readBackslash(text, at);
  return code === AMPERSAND ? readEntity(text, at) : undefined;
}

/** `%2B`, `\x2b` */
function readBytes(text: string, at: number, length: number): Escape | undefined {
  const byte = readHex(text, at, 2);
  return byte === undefined ? undefined : { meaning: String.fromCharCode(byte), length };
}

/** `\u002B`, a surrogate pair of them, `\x2b`, `\/` */
function readBackslash(text: string, at: number): Escape | undefined {
  const sign = text[at + 1];
  if (sign === 'x') return readBytes(text, at + 2, 4);
  if (sign !== 'u') return sign === undefined ? undefined : { meaning: sign, length: 2 };
  const unit = readHex(text, at + 2, 4);
  if (unit === undefined) return undefined;
  const isHigh = unit >= 0xd800 && unit < 0xdc00 && text.startsWith('\\u', at + 6);
  const low = isHigh ? readHex(text, at + 8, 4) : undefined;
  if (low === undefined) return { meaning: utf8(String.fromCharCode(unit)), length: 6 };
  return { meaning: utf8(String.fromCharCode(unit, low)), length: 12 };
}

const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/iy;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const MAX_CODE_POINT = 0x10ffff;

/** `&#43;`, `&#x2b;`, `&amp;` */
function readEntity(text: string, at: number): Escape | undefined {
  ENTITY.lastIndex = at;
  const [all, decimal, hex, name] = ENTITY.exec(text) ?? [];
  if (all === undefined) return undefined;
  if (name) return { meaning: ENTITIES[name.toLowerCase()] ?? '', length: all.length };
  const codePoint = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16);
  return { meaning: codePoint <= MAX_CODE_POINT ? utf8(String.fromCodePoint(codePoint)) : '', length: all.length };
}

function readHex(text: string, at: number, length: number): number | undefined {
  const digits = text.slice(at, at + length);
  return digits.length === length && /^[\da-f]+$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1');
