const DIGITS = '0123456789abcdefghijklmnopqrstuv';

/** Encodes bytes in base32hex (RFC 4648), in lower case and without padding. */
export function base32hex(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += DIGITS.charAt((held >> (bits - 5)) & 31);
  }
  return bits === 0 ? text : text + DIGITS.charAt((held << (5 - bits)) & 31);
}
