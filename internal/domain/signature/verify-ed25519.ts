import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readKey } from './key-text.js';
import type { ToSign } from './sign.js';
import { signedHead } from './standard.js';

export const PUBLIC_PREFIX = 'whpk_';
const KEY_BYTES = 32;
/** SPKI of an ed25519 key, up to its bytes (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** Whether a text is the public key of a key pair, as a webhook with `standard-ed25519` shows it. */
export const isPublicKey = (text: string) => readKey(PUBLIC_PREFIX, text)?.length === KEY_BYTES;

/** Whether the key pair made one of the signatures in a `webhook-signature` header. */
export function isSignedByPair(publicKey: string, request: ToSign, signatures: string): boolean {
  const key = keyObject(readKey(PUBLIC_PREFIX, publicKey));
  const bytes = Buffer.concat([Buffer.from(signedHead(request)), request.body]);
  return signatures
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, bytes, key, Buffer.from(one.slice('v1a,'.length), 'base64')));
}

function keyObject(bytes: Buffer = Buffer.alloc(0)): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
}
