/** A shorter text is too common: the mask would hide innocent text and reveal the place of the secret. */
export const MIN_LENGTH = 4;

/**
 * Returns the forms in which a receiver may return a secret: plain, form-encoded, in base64 and base64url at any
 * alignment, and in hex. Escapes are undone before the search (`unescape.ts`). The secret has one character per byte.
 */
export function writingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'latin1');
  const base64 = [0, 1, 2].map((before) => alignedBase64(bytes, before));
  const hex = bytes.toString('hex');
  const all = [secret, secret.replaceAll(' ', '+'), ...base64, ...base64.map(urlSafe), hex, hex.toUpperCase()];
  return [...new Set(all)].filter(({ length }) => length >= MIN_LENGTH);
}

/** Returns the base64 characters that depend only on the secret, when `before` unknown bytes precede it. */
function alignedBase64(bytes: Buffer, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]);
  return whole.toString('base64').slice(Math.ceil((before * 4) / 3), Math.floor((whole.length * 4) / 3));
}

const urlSafe = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_');
