import type { Cleanup } from '../../cleanup.js';
import { makeGuardedAgents } from '../../destinations/connection/guarded-agents.js';
import type { Opener } from '../../destinations/connection/opener.js';
import type { SpaceNames } from '../../domain/matching/space-names.js';
import type { Degradation } from '../../domain/streams/degradation.js';
import type { FindJwt } from '../../identity/authenticate.js';
import type { Base } from '../base.js';

/** The JWTs of one issuer. */
export interface Jwt {
  readonly find: FindJwt;
  /** Fetches the keys of the issuer from now on. */
  start(): void;
  degraded(): readonly Degradation[];
}

const FETCH_TIMEOUT_MS = 5000;

/** Constructs the login by JWTs. Undefined if it is not configured; its library is not loaded then. */
export async function openJwt(
  { config, version, clock, logger }: Base,
  { opener, spaces }: { readonly opener: Opener; readonly spaces: SpaceNames },
  cleanup: Cleanup,
): Promise<Jwt | undefined> {
  const { jwksUrl: url, issuer, audiences, skewMs, claims } = config.jwt;
  if (url === undefined || issuer === undefined) return undefined;
  const [{ fetchKeys }, { makeFindJwt }, { makeKeySet }] = await Promise.all([
    import('../../jwt/fetch-keys.js'),
    import('../../jwt/find-jwt.js'),
    import('../../jwt/key-set.js'),
  ]);
  const stopping = new AbortController();
  const agents = makeGuardedAgents(opener);
  const request = { url, agents, userAgent: `hukz/${version}`, timeoutMs: FETCH_TIMEOUT_MS, stopping: stopping.signal };
  const keys = makeKeySet({ fetchKeys: () => fetchKeys(request), monotonicMs: clock.monotonic, logger });
  cleanup.add('jwks', () => {
    stopping.abort();
    return keys.stop();
  });
  return {
    find: makeFindJwt({ keys, rules: { issuer, audiences, skewMs, claims }, spaces, now: clock.now }),
    start: keys.start,
    degraded() {
      const problem = keys.problem();
      if (problem === undefined) return [];
      const kept = keys.current() ? 'The keys from before stay valid.' : 'Requests with a JWT are answered with 503.';
      return [
        { reason: 'jwks_not_fetched', problem: `The keys of AUTH_JWKS_URL could not be fetched: ${problem}. ${kept}` },
      ];
    },
  };
}
