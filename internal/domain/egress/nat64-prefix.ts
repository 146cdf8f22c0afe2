import { type Parsed, parsed, refused } from '../text/parsed.js';
import { parseIpRange } from './ip-range.js';

/** A network's own prefix for NAT64 (RFC 6052): an IPv4 address follows it. */
export interface Nat64Prefix {
  /** As it was written. */
  readonly text: string;
  readonly first: bigint;
  readonly length: 32 | 40 | 48 | 56 | 64 | 96;
}

const LENGTHS: readonly Nat64Prefix['length'][] = [32, 40, 48, 56, 64, 96];
/** Bits 64 to 71 of an address. */
const RESERVED = 0xffn << 56n;

/** Reads `2001:db8:64::/96` and others, joined by commas; an empty text is none. */
export function parseNat64Prefixes(text: string): Parsed<readonly Nat64Prefix[]> {
  const prefixes: Nat64Prefix[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const range = parseIpRange(part);
    const length = LENGTHS.find((known) => part.endsWith(`/${known}`));
    if (!range.ok || range.value.bits !== 128 || length === undefined || range.value.first & RESERVED)
      return refused(`"${part}" is not a NAT64 prefix: an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits (RFC 6052)`);
    prefixes.push({ text: part, first: range.value.first, length });
  }
  return parsed(prefixes);
}
