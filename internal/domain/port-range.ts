import { type Parsed, parsed, refused } from './result.js';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Reads `443,8000-8999`; an empty text is none. */
export function parsePortRanges(text: string): Parsed<readonly PortRange[]> {
  const ranges: PortRange[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    const range = { first: Number(low), last: Number(high) };
    const isRight = range.first >= 1 && range.first <= range.last && range.last <= 65_535;
    if (!isRight) return refused(`"${part}" is not a port such as 443, nor ports such as 8000-8999`);
    ranges.push(range);
  }
  return parsed(ranges);
}
