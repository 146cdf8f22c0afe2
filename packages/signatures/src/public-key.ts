import { base64, bytesOfBase64 } from './base64.js';

const PREFIX = 'whpk_';
const KEY_BYTES = 32;

export const PUBLIC_KEY_RULE = `must be ${PREFIX} and the ${KEY_BYTES} bytes of an ed25519 public key in base64`;

/** Writes an ed25519 public key in the form in which a webhook with `standard-ed25519` shows it. */
export const writePublicKey = (bytes: Uint8Array): string => PREFIX + base64(bytes);

/** Returns the bytes of a public key, or undefined if the text is not one. */
export function publicKeyBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = text.startsWith(PREFIX) ? bytesOfBase64(text.slice(PREFIX.length)) : undefined;
  return bytes?.length === KEY_BYTES ? bytes : undefined;
}

/** Whether a text is the public key of a key pair, which verifies signatures and cannot make them. */
export const isPublicKey = (text: string): boolean => publicKeyBytes(text) !== undefined;
