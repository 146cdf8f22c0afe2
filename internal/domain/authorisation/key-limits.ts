import type { KeyObject } from 'node:crypto';

/**
 * A signature by RSA with 4096 bits costs our event loop milliseconds in each handshake that asks for it, with 16,384 bits a
 * second and more.
 */
const MAX_RSA_BITS = 4096;
const MIN_RSA_BITS = 2048;
/** 65537 is usual. One of thousands of bits makes each use of the key as dear as a signature. */
const MAX_RSA_EXPONENT = 1n << 64n;
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
  return isDearKey(key) ? 'is RSA with an exponent that is not allowed: 65537 is usual' : undefined;
}

/** Whether a handshake that uses the key would hold up everything else: such a key is not used, also where it is stored. */
export function isDearKey({
  asymmetricKeyDetails: { modulusLength = 0, publicExponent = 0n } = {},
}: KeyObject): boolean {
  return modulusLength > MAX_RSA_BITS || publicExponent >= MAX_RSA_EXPONENT;
}
