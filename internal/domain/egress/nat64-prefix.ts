import { type Parsed, parsed, refused } from '../text/parsed.js';
import { parseIpRange } from './ip-range.js';

/** A network's own NAT64 prefix (RFC 6052), which an IPv4 address follows. */
export interface Nat64Prefix {
  /** The original text. */
  readonly text: string;
  readonly first: bigint;
  readonly length: 32 | 40 | 48 | 56 | 64 | 96;
}

const LENGTHS: readonly Nat64Prefix['length'][] = [32, 40, 48, 56, 64, 96];
/** Bits 64 to 71 of an address. */
const RESERVED = 0xffn << 56n;

/** Parses `2001:db8:64::/96` and others, separated by commas. An empty text means no prefix. */
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
