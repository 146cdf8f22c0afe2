/**
 * Compares texts by code point, where the half of a surrogate pair without the other half is a code point too. Below 0
 * if `one` comes first, above 0 if it comes last.
 */
export function compareText(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  let at = 0;
  while (at < length && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  if (at === length) return one.length - other.length;
  const before = at > 0 && isHighSurrogate(one.charCodeAt(at - 1)) ? difference(one, other, at - 1) : 0;
  return before || difference(one, other, at);
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xdc00;

const difference = (one: string, other: string, at: number) =>
  (one.codePointAt(at) ?? 0) - (other.codePointAt(at) ?? 0);
