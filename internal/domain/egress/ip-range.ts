import { type Parsed, parsed, refused } from '../text/parsed.js';
import { type IpAddress, parseIpAddress } from './ip-address.js';

export interface IpRange {
  /** The original text. */
  readonly text: string;
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

/** Parses `10.0.0.0/8`, `fd00::/8`, or a single address. */
export function parseIpRange(text: string): Parsed<IpRange> {
  const [, start = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = start.includes('%') ? undefined : parseIpAddress(start);
  const kept = address && (length === undefined ? address.bits : Number(length));
  if (!address || kept === undefined || kept > address.bits) {
    return refused(`"${text}" is not a range such as 10.0.0.0/8 or fd00::/8`);
  }
  const rest = (1n << BigInt(address.bits - kept)) - 1n;
  if (address.value & rest) return refused(`"${text}" does not begin where its range begins`);
  return parsed({ text, bits: address.bits, first: address.value, last: address.value + rest });
}

/** Parses ranges that are separated by commas. An empty text means no range. */
export function parseIpRanges(text: string): Parsed<readonly IpRange[]> {
  const ranges: IpRange[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const range = parseIpRange(part);
    if (!range.ok) return range;
    ranges.push(range.value);
  }
  return parsed(ranges);
}

export function isWithin(address: IpAddress, ranges: readonly IpRange[]): boolean {
  return ranges.some(
    ({ bits, first, last }) => bits === address.bits && first <= address.value && address.value <= last,
  );
}

/** Parses the ranges that are constants in the source. @throws when a range is malformed */
export function parseRanges(...texts: readonly string[]): readonly IpRange[] {
  return texts.map((text) => {
    const range = parseIpRange(text);
    if (!range.ok) throw new Error(range.problem);
    return range.value;
  });
}

/** Whether one of these ranges contains only this address. */
export function isNamed(address: IpAddress, ranges: readonly IpRange[]): boolean {
  return ranges.some(({ bits, first, last }) => bits === address.bits && first === last && first === address.value);
}
