import { type Parsed, parsed, refused } from '../text/parsed.js';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The ports of the web, and the ports that no system reserves for a service: SSH, SMTP, DNS and others are below 1024.
 */
export const DEFAULT_PORTS: readonly PortRange[] = [
  { first: 80, last: 80 },
  { first: 443, last: 443 },
  { first: 1024, last: 65_535 },
];

/** Parses `443,8000-8999`. An empty text means no range. */
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
