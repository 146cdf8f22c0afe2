/**
 * Line breaks and control characters would break the line; bidirectional controls and lone surrogates would corrupt the
 * text around it.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\s]+/gu;

/** Makes one line of printable text. */
export function clean(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}

/** Cuts a text so that it has at most `max` characters, of which the last one shows that it was cut. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  // Half of a surrogate pair at the end is removed too.
  return `${cut.replace(/[\ud800-\udbff]$/, '')}…`;
}
