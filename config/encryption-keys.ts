import type { EncryptionKey } from '../internal/domain/secrets/secret.js';
import { type Parsed, parsed, refused } from '../internal/domain/text/parsed.js';

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** Reads `2026:base64,2025:base64`. A command may also print a line per key. Problems never show a key. */
export function parseEncryptionKeys(text: string): Parsed<readonly EncryptionKey[]> {
  const keys: EncryptionKey[] = [];
  for (const [index, part] of text
    .split(/[,\n]/)
    .filter((piece) => piece.trim() !== '')
    .entries()) {
    const [id = '', secret = ''] = splitOnce(part.trim());
    if (!ID.test(id))
      return refused(`key ${index + 1} has no name: write name:key, with a name of A-Z, a-z, 0-9, _ and -`);
    if (!BASE64.test(secret)) {
      return refused(
        `the key "${id}" is not ${KEY_BYTES} bytes in base64: make one with \`openssl rand -base64 ${KEY_BYTES}\``,
      );
    }
    if (keys.some((earlier) => earlier.id === id)) return refused(`the key "${id}" appears twice`);
    keys.push({ id, key: Buffer.from(secret, 'base64') });
  }
  return parsed(keys);
}

function splitOnce(text: string): readonly string[] {
  const at = text.indexOf(':');
  return at < 0 ? [] : [text.slice(0, at), text.slice(at + 1)];
}
