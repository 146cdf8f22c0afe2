import { createHash } from 'node:crypto';
import type { Clock } from '../../../clock.js';
import type { OAuth2Settings } from '../../../domain/matching/webhook-settings.js';
import { Recent } from '../../../recent.js';
import { makeGuardedAgents } from '../../connection/guarded-agents.js';
import type { ConnectionPath, Opener } from '../../connection/opener.js';
import { makeFetchToken } from './fetch-token.js';
import { TokenHolder } from './token-holder.js';

export interface TokensOptions {
  readonly opener: Opener;
  readonly clock: Clock;
  /** The version of hukz, for `user-agent`. */
  readonly version: string;
  /** Time limit for one token, including the issuer's metadata. The default is 10 s. */
  readonly timeoutMs?: number;
  /**
   * Maximum number of webhooks whose tokens are kept. The default is 10,000. The least recently used ones are dropped
   * first.
   */
  readonly max?: number;
}

/** The client and the connection path for the tokens of a webhook. */
export interface TokenOwner {
  readonly webhookId: number;
  readonly auth: OAuth2Settings;
  readonly clientSecret: string;
  /** PEM: the authority that the receiver's certificate is checked with. */
  readonly ca: string | undefined;
  /** The receiver's proxy. */
  readonly proxy?: ConnectionPath['proxy'] | undefined;
}

export type TokenSource = () => TokenHolder;

/** Access tokens, which are kept only in memory. */
export interface Tokens {
  /**
   * Returns the owner's source of tokens. It is the same object until the owner's credentials or connection change, so
   * call this for each request.
   */
  sourceFor(owner: TokenOwner): TokenSource;
  readonly size: number;
  /** Ends the running requests for tokens. */
  stop(): void;
}

const TIMEOUT_MS = 10_000;
const MAX_COUNT = 10_000;

export function makeTokens({ opener, clock, version, timeoutMs = TIMEOUT_MS, max = MAX_COUNT }: TokensOptions): Tokens {
  const holders = new Recent<string, TokenHolder>(max);
  const stopping = new AbortController();
  const userAgent = `hukz/${version}`;

  function make({ auth, clientSecret, ca, proxy }: TokenOwner): TokenHolder {
    const agentsOf = () => makeGuardedAgents(opener, routeFor(ca, proxy));
    const stop = stopping.signal;
    return new TokenHolder(
      makeFetchToken({ auth, clientSecret, agentsOf, userAgent, clock, timeoutMs, stopping: stop }),
      clock,
    );
  }

  return {
    sourceFor(owner) {
      const key = keyOf(owner);
      return () => {
        const holder = holders.get(key) ?? make(owner);
        holders.set(key, holder);
        return holder;
      };
    },
    get size() {
      return holders.size;
    },
    stop: () => stopping.abort(),
  };
}

/**
 * Uses the receiver's proxy. A token endpoint may be public although the receiver is private, so the receiver's CA is
 * trusted in addition to the default ones. Neither the receiver's client certificate nor `insecure` applies to the
 * token endpoint.
 */
function routeFor(ca: string | undefined, proxy: ConnectionPath['proxy']): ConnectionPath {
  const tls = ca !== undefined && { id: 'token endpoint', extraCa: ca };
  return { ...(tls && { tls }), ...(proxy && { proxy }) };
}

/** Returns a digest, so that secrets are not used as keys. */
function keyOf({ webhookId, auth, clientSecret, ca, proxy }: TokenOwner): string {
  const { clientId, tokenUrl, issuer, scope, audience, clientAuth } = auth;
  const said = [webhookId, clientId, tokenUrl, issuer, scope, audience, clientAuth, clientSecret, ca, proxy];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64');
}
