import type { IpAddress } from './ip-address.js';
import type { Nat64Prefix } from './nat64-prefix.js';

const LOW_32 = 0xffff_ffffn;
/** RFC 6052: the translator of any network may use this prefix. */
const WELL_KNOWN = 0x64_ff9bn << 96n;
const WELL_KNOWN_LENGTH = 96;
/**
 * RFC 8215: 64:ff9b:1::/48, from which a network may choose a prefix of its own. Prefixes of these lengths fit into it.
 */
const LOCAL_USE = 0x64_ff9b_0001n << 80n;
const LOCAL_USE_LENGTHS: readonly Nat64Prefix['length'][] = [48, 56, 64, 96];

const ipv4 = (value: bigint): IpAddress => ({ bits: 32, value: value & LOW_32 });
const startsWith = ({ value }: IpAddress, first: bigint, length: number) =>
  value >> BigInt(128 - length) === first >> BigInt(128 - length);

/**
 * Returns the IPv4 addresses into which a NAT64 translator may turn an IPv6 address, or none when the address does not
 * belong to NAT64. There are several when the length of the network's prefix is not known.
 */
export function ipv4BehindNat64(address: IpAddress, prefixes: readonly Nat64Prefix[]): readonly IpAddress[] {
  if (address.bits === 32) return [];
  const named = prefixes.filter(({ first, length }) => startsWith(address, first, length));
  if (named.length > 0) return named.map(({ length }) => readAt(address, length));
  if (startsWith(address, WELL_KNOWN, WELL_KNOWN_LENGTH)) return [readAt(address, WELL_KNOWN_LENGTH)];
  if (!startsWith(address, LOCAL_USE, 48)) return [];
  return LOCAL_USE_LENGTHS.map((length) => readAt(address, length)).filter(isDestination);
}

/**
 * Returns the IPv4 addresses inside an IPv6 address of a tunnel or of an older translation, because the packets may be
 * sent there.
 */
export function ipv4InTunnel({ bits, value }: IpAddress): readonly IpAddress[] {
  if (bits === 32) return [];
  // 6to4 contains one address.
  if (value >> 112n === 0x2002n) return [ipv4(value >> 80n)];
  // Teredo contains its server's address, and its client's with all bits inverted.
  if (value >> 96n === 0x2001_0000n) return [ipv4(value >> 64n), ipv4(~value)];
  // IPv4-compatible (::a.b.c.d) and IPv4-translated (::ffff:0:a.b.c.d) addresses.
  if (value >> 32n === 0n || value >> 32n === 0xffff_0000n) return [ipv4(value)].filter(isDestination);
  // ISATAP is an interface identifier below any prefix.
  const identifier = (value >> 32n) & LOW_32;
  return identifier === 0x0000_5efen || identifier === 0x0200_5efen ? [ipv4(value)] : [];
}

/** RFC 6052, section 2.2: bits 64 to 71 are skipped, unless the prefix covers them. */
function readAt({ value }: IpAddress, length: Nat64Prefix['length']): IpAddress {
  if (length === 96) return ipv4(value);
  const without = ((value >> 64n) << 56n) | (value & ((1n << 56n) - 1n));
  return ipv4(without >> BigInt(88 - length));
}

/**
 * Packets are never sent to 0.0.0.0/8. The zeros of `::1`, and those read with the wrong prefix length, are not
 * addresses.
 */
const isDestination = ({ value }: IpAddress): boolean => value >> 24n !== 0n;
