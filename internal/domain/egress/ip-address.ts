/** An address as a number. An IPv4-mapped IPv6 address (`::ffff:127.0.0.1`) is represented as its IPv4 address. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const MAPPED = 0xffffn;

/**
 * Parses only the normal spellings, as sockets, resolvers and `new URL(…).hostname` write them. A zone (`%eth0`) is
 * ignored.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (!text.includes(':')) return ipv4(text);
  const value = ipv6(text.replace(/%.*$/s, ''));
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value };
}

function ipv4(text: string): IpAddress | undefined {
  const value = dottedValue(text);
  return value === undefined ? undefined : { bits: 32, value };
}

function dottedValue(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function ipv6(text: string): bigint | undefined {
  const halves = text.split('::');
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (halves.length > 2 || !head || !tail || (halves.length === 2 && halves[0]?.includes('.'))) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<bigint>(missing).fill(0n), ...tail];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/** Returns the groups of 16 bits. The last two groups may be written as an IPv4 address. */
function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const dotted = parts.at(-1)?.includes('.') ? dottedValue(parts.pop() ?? '') : undefined;
  if (dotted === undefined && text.includes('.')) return undefined;
  if (parts.some((part) => !/^[0-9a-f]{1,4}$/i.test(part))) return undefined;
  const groups = parts.map((part) => BigInt(`0x${part}`));
  return dotted === undefined ? groups : [...groups, dotted >> 16n, dotted & 0xffffn];
}
