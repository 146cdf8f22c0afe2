/**
 * Returns alternatives of a regular expression for the whole numbers from `least` to `most`, without leading zeros. A
 * JSON schema has no other way to bound a number inside a string.
 */
export function numberPattern(least: number, most: number): string {
  const alternatives: string[] = [];
  let low = least;
  while (low <= most) {
    const width = String(low).length;
    const widest = 10 ** width - 1;
    const high = Math.min(most, widest);
    alternatives.push(...sameWidth(String(low), String(high)));
    low = high + 1;
  }
  return joinWidths(alternatives).join('|');
}

/** Returns the alternatives for two bounds with the same number of digits. */
function sameWidth(low: string, high: string): readonly string[] {
  const [first = '', last = ''] = [low.charAt(0), high.charAt(0)];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (lowRest === '') return [digits(Number(first), Number(last))];
  if (first === last) return sameWidth(lowRest, highRest).map((rest) => first + rest);
  const isLowWhole = /^0+$/.test(lowRest);
  const isHighWhole = /^9+$/.test(highRest);
  const [from, to] = [Number(first) + (isLowWhole ? 0 : 1), Number(last) - (isHighWhole ? 0 : 1)];
  const nines = '9'.repeat(lowRest.length);
  const zeros = '0'.repeat(highRest.length);
  return [
    ...(isLowWhole ? [] : sameWidth(lowRest, nines).map((rest) => first + rest)),
    ...(from <= to ? [digits(from, to) + anyDigits(lowRest.length)] : []),
    ...(isHighWhole ? [] : sameWidth(zeros, highRest).map((rest) => last + rest)),
  ];
}

const digits = (from: number, to: number) => (from === to ? String(from) : `[${from}-${to}]`);

const anyDigits = (count: number) => (count === 1 ? '[0-9]' : `[0-9]{${count}}`);

/** Merges widths: `[1-9]|[1-9][0-9]|[1-9][0-9]{2}` becomes `[1-9][0-9]{0,2}`. */
function joinWidths(alternatives: readonly string[]): readonly string[] {
  const whole = alternatives.filter((each) => /^\[1-9\](?:\[0-9\](?:\{\d+\})?)?$/.test(each));
  if (whole.length < 2) return alternatives;
  const extra = whole.map((each) => Number(/\{(\d+)\}$/.exec(each)?.[1] ?? (each.length > 5 ? 1 : 0)));
  const joined = `[1-9][0-9]{${Math.min(...extra)},${Math.max(...extra)}}`;
  return [joined, ...alternatives.filter((each) => !whole.includes(each))];
}
