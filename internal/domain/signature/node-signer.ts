import { createHmac, createPrivateKey, createPublicKey, createSecretKey, type KeyObject, sign } from 'node:crypto';
import { base32hex } from '../../../packages/signatures/src/base32hex.js';
import { type Scheme, signedHead, type ToSign } from '../../../packages/signatures/src/scheme.js';

const SEED_BYTES = 32;
/** PKCS #8 of an ed25519 key, up to its seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Signs a request with one secret, synchronously. The signature has the mark of its scheme. Node writes base64 and hex
 * itself, which is faster.
 */
type SignOne = (request: ToSign) => string;

/** @param bytes the key of a secret of the scheme */
export function makeNodeSigner(scheme: Scheme, bytes: Uint8Array): SignOne {
  return scheme.algorithm === 'ed25519' ? makeEd25519Signer(scheme, bytes) : makeHmacSigner(scheme, bytes);
}

/** Whether the bytes are a seed or, as some libraries write it, a seed followed by its public key. */
export function isEd25519Key(bytes: Uint8Array): boolean {
  return bytes.length === SEED_BYTES || publicBytesOf(bytes).equals(bytes.subarray(SEED_BYTES));
}

/** Returns the 32 bytes of the public key, which are the last ones of its SPKI form. */
export function publicBytesOf(bytes: Uint8Array): Buffer {
  return createPublicKey(privateKey(bytes)).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
}

function makeHmacSigner(scheme: Scheme, bytes: Uint8Array): SignOne {
  const key = createSecretKey(bytes);
  const { mark, encoding, signsTime } = scheme;
  return (request) => {
    const hmac = createHmac('sha256', key);
    if (signsTime) hmac.update(signedHead(scheme, request));
    hmac.update(request.body);
    return mark + (encoding === 'base32hex' ? base32hex(hmac.digest()) : hmac.digest(encoding));
  };
}

function makeEd25519Signer(scheme: Scheme, bytes: Uint8Array): SignOne {
  const key = privateKey(bytes);
  const { mark, encoding } = scheme;
  return (request) => {
    const signed = Buffer.concat([Buffer.from(signedHead(scheme, request)), request.body]);
    const signature = sign(null, signed, key);
    return mark + (encoding === 'base32hex' ? base32hex(signature) : signature.toString(encoding));
  };
}

function privateKey(bytes: Uint8Array): KeyObject {
  const key = Buffer.concat([PKCS8_HEAD, bytes.subarray(0, SEED_BYTES)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}
