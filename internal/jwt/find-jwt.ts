import { createHash } from 'node:crypto';
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { SpaceNames } from '../domain/matching/space-names.js';
import type { Parsed } from '../domain/text/parsed.js';
import { AppError } from '../errors.js';
import type { FindJwt } from '../identity/authenticate.js';
import type { Principal } from '../identity/principal.js';
import { Recent } from '../recent.js';
import { type ClaimNames, type JwtGrant, readClaims } from './claims.js';
import type { KeySet } from './key-set.js';
import { refusalOf } from './refusal.js';

export interface JwtRules {
  readonly issuer: string;
  /** The JWT has to name one of them. */
  readonly audiences: readonly string[];
  /** How far the clock of the issuer may differ. */
  readonly skewMs: number;
  readonly claims: ClaimNames;
}

export interface JwtLoginsDeps {
  readonly keys: KeySet;
  readonly rules: JwtRules;
  readonly spaces: SpaceNames;
  now(): number;
}

/** Signatures by a key pair only: with a shared secret, or without a signature, every caller could make a JWT. */
const ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
];
/** JWTs whose signatures were verified, about 1 KiB each. A verification takes about 100 µs, and a look-up here 5. */
const MAX_KNOWN = 10_000;

interface Known {
  readonly grant: Parsed<JwtGrant>;
  /** The keys that the JWT was verified with. */
  readonly keys: JWTVerifyGetKey;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Recognises the JWTs of one issuer. Refuses a JWT that is not valid, and the wrong claims of a valid one. */
export function makeFindJwt({ keys, rules, spaces, now }: JwtLoginsDeps): FindJwt {
  const known = new Recent<string, Known>(MAX_KNOWN);
  const { issuer, audiences, skewMs } = rules;

  const verify = async (text: string, by: JWTVerifyGetKey): Promise<Known> => {
    const { payload } = await jwtVerify(text, by, {
      algorithms: ALGORITHMS,
      issuer,
      audience: [...audiences],
      requiredClaims: ['exp', 'sub'],
      clockTolerance: skewMs / 1000,
      currentDate: new Date(now()),
    });
    return knownOf(payload, by);
  };
  const knownOf = (payload: JWTPayload, by: JWTVerifyGetKey): Known => ({
    grant: readClaims(payload, rules.claims),
    keys: by,
    startsAt: (payload.nbf ?? 0) * 1000 - skewMs,
    endsAt: (payload.exp ?? 0) * 1000 + skewMs,
  });

  /** A key that is not known may be newer than the keys in memory. */
  const verifyByNewest = async (text: string): Promise<Known> => {
    const first = keys.current() ?? (await keys.renewed());
    if (!first)
      throw new AppError('unavailable', 'the keys of AUTH_JWKS_URL could not be fetched yet; try again later');
    try {
      return await verify(text, first);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw refusalOf(error);
    }
    const newest = (await keys.renewed()) ?? first;
    return verify(text, newest).catch((error: unknown) => {
      throw refusalOf(error);
    });
  };

  const principalOf = ({ grant }: Known): Principal => {
    if (!grant.ok)
      throw new AppError('forbidden', `the JWT in Authorization is valid, but ${grant.problem}`, 'Authorization');
    const { subject, userId, scopes, events, expiresAt } = grant.value;
    const reached = grant.value.spaces?.flatMap((name) => spaces.idOf(name) ?? []);
    if (reached?.length === 0)
      throw new AppError(
        'forbidden',
        'the JWT in Authorization is valid, but none of its spaces exists',
        'Authorization',
      );
    return { subject, userId, scopes, spaces: reached ?? 'all', creators: 'all', publishTo: events, expiresAt };
  };

  return (text) => {
    const digest = createHash('sha256').update(text).digest('base64');
    const found = known.get(digest);
    const at = now();
    if (found?.grant.ok && found.keys === keys.current() && at >= found.startsAt && at < found.endsAt) {
      try {
        return principalOf(found);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return verifyByNewest(text).then((verified) => {
      known.set(digest, verified);
      return principalOf(verified);
    });
  };
}
