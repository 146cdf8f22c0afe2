import { base64, bytesOfBase64 } from './base64.js';

/** The form of a scheme's secrets. Secrets are texts, as users store them. */
export interface SecretForm {
  /** Continues a sentence that begins with the name of the secret: what every secret must be. */
  readonly rule: string;
  /** A regular expression for secrets of the form: every text that matches is one. */
  readonly pattern: string;
  /** Returns the bytes of the key, or undefined if the text is not a secret of the form. */
  keyOf(secret: string): Uint8Array<ArrayBuffer> | undefined;
  /** Makes a secret from 32 random bytes. */
  make(random: Uint8Array): string;
}

interface KeyForm {
  readonly prefix: string;
  /** The numbers of bytes that `pattern` accepts. */
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly rule: string;
  /** Whether a key may have this number of bytes. */
  fits(bytes: number): boolean;
}

/** Keys that are written as a prefix and base64. */
export function keyForm({ prefix, minBytes, maxBytes, rule, fits }: KeyForm): SecretForm {
  return {
    rule: `must be ${prefix} and ${rule}`,
    pattern: keyPattern(prefix, minBytes, maxBytes),
    keyOf(secret) {
      const bytes = secret.startsWith(prefix) ? bytesOfBase64(secret.slice(prefix.length)) : undefined;
      return bytes && fits(bytes.length) ? bytes : undefined;
    },
    make: (random) => prefix + base64(random),
  };
}

const TEXT = /^[ -~]{8,256}$/;

/** Secrets whose text is the key. */
export const textForm: SecretForm = {
  rule: 'must be 8 to 256 printable ASCII characters',
  pattern: TEXT.source,
  keyOf: (secret) => (TEXT.test(secret) ? new TextEncoder().encode(secret) : undefined),
  make: (random) => base64(random).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
};

function keyPattern(prefix: string, minBytes: number, maxBytes: number): string {
  const whole = (bytes: number) => Math.floor(bytes / 3);
  const ends = ['', '[A-Za-z0-9+/][AQgw]==', '[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]='];
  const forms = ends.flatMap((end, extra) => {
    const [least, most] = [whole(minBytes - extra + 2), whole(maxBytes - extra)];
    return least > most ? [] : [`(?:[A-Za-z0-9+/]{4}){${least},${most}}${end}`];
  });
  return `^${prefix}(?:${forms.join('|')})$`;
}
