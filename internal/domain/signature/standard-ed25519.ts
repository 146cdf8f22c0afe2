import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { keyPattern, readKey, writeKey } from './key-text.js';
import type { Scheme } from './scheme.js';
import { signedHead } from './standard.js';
import { PUBLIC_PREFIX } from './verify-ed25519.js';

const PREFIX = 'whsk_';
const SEED_BYTES = 32;
/** PKCS #8 of an ed25519 key, up to its seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Standard Webhooks, `v1a`: ed25519 over `id.timestamp.body`. Receivers need the public key and no secret. */
export const standardEd25519: Scheme = {
  // A pattern cannot check that a public key belongs to its seed.
  secretPattern: keyPattern(PREFIX, SEED_BYTES, SEED_BYTES),
  problemOf(secret) {
    const bytes = readKey(PREFIX, secret);
    if (bytes && isKey(bytes)) return undefined;
    return `must be ${PREFIX} and an ed25519 key in base64: its seed of 32 bytes, or seed and public key`;
  },
  makeSecret: (random) => writeKey(PREFIX, random),
  publicKeyOf: (secret) => writeKey(PUBLIC_PREFIX, publicBytes(privateKey(readKey(PREFIX, secret)))),
  headerNames: () => ['webhook-signature'],
  makeSign(secrets) {
    const keys = secrets.map((secret) => privateKey(readKey(PREFIX, secret)));
    return (request) => {
      const bytes = Buffer.concat([Buffer.from(signedHead(request)), request.body]);
      return ['webhook-signature', keys.map((key) => `v1a,${sign(null, bytes, key).toString('base64')}`).join(' ')];
    };
  },
};

/** Whether the bytes are a seed or, as some libraries write it, a seed followed by its public key. */
function isKey(bytes: Buffer): boolean {
  if (bytes.length === SEED_BYTES) return true;
  return bytes.length === 2 * SEED_BYTES && publicBytes(privateKey(bytes)).equals(bytes.subarray(SEED_BYTES));
}

function privateKey(bytes: Buffer = Buffer.alloc(0)): KeyObject {
  const key = Buffer.concat([PKCS8_HEAD, bytes.subarray(0, SEED_BYTES)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** Returns the last 32 bytes of the key's SPKI form. */
function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
}
