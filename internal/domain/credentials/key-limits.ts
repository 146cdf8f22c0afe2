import type { KeyObject } from 'node:crypto';

/**
 * Each handshake that asks for a client signature costs the event loop milliseconds with an RSA key of 4096 bits, and a
 * second or more with 16,384 bits.
 */
const MAX_RSA_BITS = 4096;
const MIN_RSA_BITS = 2048;
/**
 * The numbers of an RSA key take 4.5 times the bytes of its modulus, whatever its size. The encoding around the numbers
 * and the exponent take less than this.
 */
const MAX_RSA_REST_BYTES = 200;
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

const ALLOWED = 'RSA of 2048 to 4096 bits, P-256, P-384, P-521, Ed25519 and Ed448 are';

/** Returns why a client's private key is refused, or undefined. */
export function clientKeyProblem(key: KeyObject): string | undefined {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: { modulusLength = 0, namedCurve } = {} } = key;
  if (kind === 'ed25519' || kind === 'ed448' || (kind === 'ec' && CURVES.has(namedCurve))) return undefined;
  if (kind === 'ec') return `is on a curve that is not allowed: ${ALLOWED}`;
  if (kind !== 'rsa' && kind !== 'rsa-pss') return `is of a kind that is not allowed: ${ALLOWED}`;
  if (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS)
    return `is RSA of ${modulusLength} bits, which is not allowed: ${ALLOWED}`;
  return isDearKey(key) ? 'is RSA with larger numbers than a key of its size has' : undefined;
}

/**
 * Whether a private key would block the event loop during each handshake. Such a key is not used, even if it is already
 * stored. RSA exponents may be longer than the modulus: a key of 2048 bits that fills 16 KiB takes 0.1 s per signature.
 */
export function isDearKey(key: KeyObject): boolean {
  const { modulusLength } = key.asymmetricKeyDetails ?? {};
  if (modulusLength === undefined) return false;
  const { length } = key.export({ type: 'pkcs8', format: 'der' });
  return modulusLength > MAX_RSA_BITS || length > (modulusLength / 8) * 4.5 + MAX_RSA_REST_BYTES;
}
