import { errors } from 'jose';
import { AppError } from '../errors.js';

const SENTENCES: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JOSE_ALG_NOT_ALLOWED: 'its algorithm is not allowed: hukz accepts RS, PS and ES with 256 to 512 bits, and EdDSA',
  ERR_JWKS_NO_MATCHING_KEY: 'the issuer has no key that it names',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it does not name one of several keys of the issuer (kid)',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is not valid',
};
const CLAIM_SENTENCES: Readonly<Record<string, string>> = {
  iss: 'its claim "iss" is not AUTH_ISSUER',
  aud: 'its claim "aud" does not name AUTH_AUDIENCE',
  nbf: 'it is not valid yet',
};

/** The refusal of a JWT that could not be verified. The sentence repeats nothing of the JWT. */
export function refusalOf(error: unknown): AppError {
  const why =
    error instanceof errors.JWTClaimValidationFailed
      ? (CLAIM_SENTENCES[error.claim] ?? 'one of its registered claims is missing or not valid')
      : error instanceof errors.JOSEError
        ? (SENTENCES[error.code] ?? 'it is not a valid JWT')
        : 'it is not a valid JWT';
  return new AppError('unauthorized', `the JWT in Authorization is refused: ${why}`, 'Authorization');
}
