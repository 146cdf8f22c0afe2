/** A shorter text is too common: a mask would hide innocent text, and show where the secret is. */
export const MIN_LENGTH = 4;

/**
 * How a receiver may write a secret that it was sent: as it is, form-encoded, in base64 and base64url wherever it begins in
 * what was encoded, in hex. Escapes are undone before the search (`unescape.ts`). The secret has one character per byte.
 */
export function writingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'latin1');
  const base64 = [0, 1, 2].map((before) => alignedBase64(bytes, before));
  const hex = bytes.toString('hex');
  const all = [secret, secret.replaceAll(' ', '+'), ...base64, ...base64.map(urlSafe), hex, hex.toUpperCase()];
  return [...new Set(all)].filter(({ length }) => length >= MIN_LENGTH);
}

/** The characters of the base64 of so many unknown bytes, the secret, and more unknown bytes that the secret decides. */
function alignedBase64(bytes: Buffer, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]);
  return whole.toString('base64').slice(Math.ceil((before * 4) / 3), Math.floor((whole.length * 4) / 3));
}

const urlSafe = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_');
