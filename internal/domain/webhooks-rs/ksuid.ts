/** A KSUID: a time in seconds and 16 other bytes, written in 27 digits of base 62. */
export interface Ksuid {
  /** Unix time, from May 2014 to June 2150. */
  readonly seconds: number;
  /** 16 bytes. */
  readonly payload: Uint8Array;
}

export const KSUID_PATTERN = '[0-9A-Za-z]{27}';
const KSUID = new RegExp(`^${KSUID_PATTERN}$`);
export const PAYLOAD_BYTES = 16;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = 62n;
const LENGTH = 27;
/** The time counts from here, in 32 bits. */
const EPOCH_SECONDS = 1_400_000_000;
const MAX_TIME = 0xffff_ffff;
const PAYLOAD_BITS = 128n;
const PAYLOAD_MASK = (1n << PAYLOAD_BITS) - 1n;
const MAX_VALUE = (1n << 160n) - 1n;

/** The time of a KSUID that is nearest to a time. */
export const nearestSeconds = (seconds: number): number =>
  Math.min(Math.max(seconds, EPOCH_SECONDS), EPOCH_SECONDS + MAX_TIME);

export function writeKsuid({ seconds, payload }: Ksuid): string {
  let rest =
    (BigInt(nearestSeconds(seconds) - EPOCH_SECONDS) << PAYLOAD_BITS) |
    BigInt(`0x${Buffer.from(payload).toString('hex')}`);
  let digits = '';
  for (let place = 0; place < LENGTH; place++) {
    digits = `${DIGITS[Number(rest % BASE)]}${digits}`;
    rest /= BASE;
  }
  return digits;
}

/** Returns undefined for a text that is no KSUID. */
export function parseKsuid(text: string): Ksuid | undefined {
  if (!KSUID.test(text)) return undefined;
  let value = 0n;
  for (const digit of text) value = value * BASE + BigInt(DIGITS.indexOf(digit));
  if (value > MAX_VALUE) return undefined;
  const payload = Buffer.from((value & PAYLOAD_MASK).toString(16).padStart(2 * PAYLOAD_BYTES, '0'), 'hex');
  return { seconds: Number(value >> PAYLOAD_BITS) + EPOCH_SECONDS, payload };
}
