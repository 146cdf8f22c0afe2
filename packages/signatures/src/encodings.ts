import { base32hex } from './base32hex.js';
import { base64 } from './base64.js';

/** The forms in which schemes write the bytes of a signature. */
export type Encoding = 'base64' | 'base32hex' | 'hex';

export const encoders: Readonly<Record<Encoding, (bytes: Uint8Array) => string>> = {
  base64,
  base32hex,
  hex: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
};
