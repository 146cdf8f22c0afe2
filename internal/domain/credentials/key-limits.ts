import type { KeyObject } from 'node:crypto';

/**
 * A signature by RSA with 4096 bits costs our event loop milliseconds in each handshake that asks for it, with 16,384 bits a
 * second and more.
 */
const MAX_RSA_BITS = 4096;
const MIN_RSA_BITS = 2048;
/** The numbers of an RSA key of any size take 4.5 times the bytes of its modulus; what is around them, and the exponent, take less than this. */
const MAX_RSA_REST_BYTES = 200;
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

const ALLOWED = 'RSA of 2048 to 4096 bits, P-256, P-384, P-521, Ed25519 and Ed448 are';

/** Why a client's private key is not taken, if it is not. */
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
 * Whether a handshake that uses a private key would hold up everything else: such a key is not used, also where it is stored. The
 * exponents of RSA may be longer than its modulus: a key of 2048 bits that fills 16 KiB takes 0.1 s per signature.
 */
export function isDearKey(key: KeyObject): boolean {
  const { modulusLength } = key.asymmetricKeyDetails ?? {};
  if (modulusLength === undefined) return false;
  const { length } = key.export({ type: 'pkcs8', format: 'der' });
  return modulusLength > MAX_RSA_BITS || length > (modulusLength / 8) * 4.5 + MAX_RSA_REST_BYTES;
}
