import { base64, bytesOfBase64 } from './base64.js';
import { encoders } from './encodings.js';
import { publicKeyBytes, writePublicKey } from './public-key.js';
import { type Scheme, signedHead, type ToSign } from './scheme.js';

const SEED_BYTES = 32;
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const ED25519 = { name: 'Ed25519' };
/** PKCS #8 of an ed25519 key, up to its seed (RFC 8410). */
const PKCS8_HEAD = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/** Signs a request with one secret. The signature has the mark of its scheme. */
export type SignOne = (request: ToSign) => Promise<string>;
/** Whether one of the signatures, which have the mark of the scheme, is valid for the request. */
export type VerifyAny = (request: ToSign, signatures: readonly string[]) => Promise<boolean>;

/** @throws {TypeError} if the text is not a secret of the scheme */
export async function makeSigner(scheme: Scheme, secret: string): Promise<SignOne> {
  const { mark, encoding, algorithm } = scheme;
  const bytes = scheme.secret.keyOf(secret);
  if (!bytes) throw new TypeError(`the secret ${scheme.secret.rule}`);
  const write = (signature: ArrayBuffer) => mark + encoders[encoding](new Uint8Array(signature));
  if (algorithm === 'ed25519') {
    const { key } = await importSeed(scheme, bytes);
    return async (request) => write(await crypto.subtle.sign(ED25519, key, signedBytes(scheme, request)));
  }
  const key = await crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign']);
  return async (request) => write(await crypto.subtle.sign(HMAC, key, signedBytes(scheme, request)));
}

/**
 * @param secret a secret of the scheme, or for ed25519 also its public key
 * @throws {TypeError} if the text is neither
 */
export async function makeVerifier(scheme: Scheme, secret: string): Promise<VerifyAny> {
  if (scheme.algorithm === 'ed25519') return makePairVerifier(scheme, secret);
  const sign = await makeSigner(scheme, secret);
  return async (request, signatures) => {
    const expected = await sign(request);
    // All are compared, so the time does not show which one was valid.
    return signatures.map((each) => isEqual(each, expected)).includes(true);
  };
}

/** Returns the key with which receivers verify the signatures of an ed25519 secret. */
export async function publicKeyIn(scheme: Scheme, secret: string): Promise<string> {
  const bytes = scheme.secret.keyOf(secret);
  if (!bytes) throw new TypeError(`the secret ${scheme.secret.rule}`);
  return writePublicKey((await importSeed(scheme, bytes)).publicKey);
}

async function makePairVerifier(scheme: Scheme, secret: string): Promise<VerifyAny> {
  const given = publicKeyBytes(secret) ?? publicKeyBytes(await publicKeyIn(scheme, secret));
  const key = await crypto.subtle.importKey('raw', given ?? new Uint8Array(0), ED25519, false, ['verify']);
  return async (request, signatures) => {
    const signed = signedBytes(scheme, request);
    const verdicts = await Promise.all(
      signatures.map((text) => {
        const signature = bytesOfBase64(text.slice(scheme.mark.length));
        return signature ? crypto.subtle.verify(ED25519, key, signature, signed) : false;
      }),
    );
    return verdicts.includes(true);
  };
}

/** Imports a seed of 32 bytes that may be followed by its public key. */
async function importSeed(scheme: Scheme, bytes: Uint8Array) {
  const pkcs8 = Uint8Array.from([...PKCS8_HEAD, ...bytes.subarray(0, SEED_BYTES)]);
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, ED25519, true, ['sign']);
  const { x = '' } = await crypto.subtle.exportKey('jwk', key);
  const publicKey = bytesOfBase64(`${x.replaceAll('-', '+').replaceAll('_', '/')}=`) ?? new Uint8Array(0);
  const rest = bytes.subarray(SEED_BYTES);
  if (rest.length > 0 && base64(rest) !== base64(publicKey)) throw new TypeError(`the secret ${scheme.secret.rule}`);
  return { key, publicKey };
}

function signedBytes(scheme: Scheme, request: ToSign): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(signedHead(scheme, request));
  const bytes = new Uint8Array(head.length + request.body.length);
  bytes.set(head);
  bytes.set(request.body, head.length);
  return bytes;
}

/** Compares texts in a time that depends on their lengths only. */
function isEqual(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i += 1) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
