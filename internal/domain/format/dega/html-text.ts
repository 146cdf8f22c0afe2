import { shorten } from '../plain-text.js';

/** More is cut off anyway, and needs no conversion. */
const MAX_HTML = 16 * 1024;
const MAX_TEXT = 2900;
/** A tag ends at the latest where another begins, so that the time is linear in the length of the text. */
const PIECE = /<[/!a-z][^<>]*>|[^<]+|</gi;
const TAG = /^<(\/?)([a-z][a-z0-9]*)/i;
const HREF = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{1,8}));/gi;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  hellip: '…',
  bull: '•',
  euro: '€',
};
/** Elements whose text is not shown. Of a link, the address is shown in place of its text, as the Go service does. */
const HIDDEN = new Set(['head', 'script', 'style', 'a']);
const LINE_BREAKS: Readonly<Record<string, string>> = { br: '\n', li: '\n', p: '\n\n' };

/** The text of HTML, with line breaks between its paragraphs. */
export function htmlText(value: unknown): string {
  if (typeof value !== 'string') return '';
  let text = '';
  let hiddenBy: string | undefined;
  for (const [piece] of value.slice(0, MAX_HTML).matchAll(PIECE)) {
    const [, closes, tag = ''] = TAG.exec(piece) ?? [];
    const name = tag.toLowerCase();
    if (hiddenBy !== undefined) {
      if (closes && name === hiddenBy) hiddenBy = undefined;
    } else if (HIDDEN.has(name) && !closes) {
      hiddenBy = name;
      if (name === 'a') text += addressIn(piece);
    } else if (name) text += breakAt(name, closes !== '');
    else if (!/^<./.test(piece)) text += decode(piece.replace(/\s+/g, ' '));
  }
  return shorten(tidy(text), MAX_TEXT);
}

function breakAt(name: string, closes: boolean): string {
  if (/^h[1-6]$/.test(name)) return '\n\n';
  return closes && name === 'li' ? '' : (LINE_BREAKS[name] ?? '');
}

function addressIn(tag: string): string {
  const [, double, single] = HREF.exec(tag) ?? [];
  const address = decode(double ?? single ?? '');
  return /^\s*javascript:/i.test(address) ? '' : address;
}

function decode(text: string): string {
  return text.replace(ENTITY, (entity, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? entity;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 31 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

/** Removes what cannot be printed, except line breaks, of which at most two follow each other. */
function tidy(text: string): string {
  return text
    .replace(/[^\S\n]*\n[^\S\n]*/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/[\p{Cs}\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/gu, '')
    .trim();
}
