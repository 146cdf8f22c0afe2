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
  /** Of hukz, for `user-agent`. */
  readonly version: string;
  /** For one token, an issuer's description included; 10 s unless told. */
  readonly timeoutMs?: number;
  /** The most webhooks whose tokens are kept; 10,000 unless told. Those used longest ago are forgotten first. */
  readonly most?: number;
}

/** As what, and how, a webhook asks for its tokens. */
export interface TokenOwner {
  readonly webhookId: number;
  readonly auth: OAuth2Settings;
  readonly clientSecret: string;
  /** PEM: what the receiver is trusted by. */
  readonly ca: string | undefined;
  /** The receiver's. */
  readonly proxy?: ConnectionPath['proxy'] | undefined;
}

export type TokenSource = () => TokenHolder;

/** Access tokens, in memory only. */
export interface Tokens {
  /** The owner's holder: the same as long as nothing changes by which its tokens are asked for. Ask anew for each request. */
  sourceFor(owner: TokenOwner): TokenSource;
  readonly size: number;
  /** Ends the requests for tokens that are under way. */
  stop(): void;
}

const TIMEOUT_MS = 10_000;
const MAX_COUNT = 10_000;

export function makeTokens({
  opener,
  clock,
  version,
  timeoutMs = TIMEOUT_MS,
  most = MAX_COUNT,
}: TokensOptions): Tokens {
  const holders = new Recent<string, TokenHolder>(most);
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
 * By the receiver's proxy. A token endpoint may be as public as the receiver is private: the receiver's CA is trusted beside all others. Neither the
 * receiver's client certificate nor `insecure` are meant for it.
 */
function routeFor(ca: string | undefined, proxy: ConnectionPath['proxy']): ConnectionPath {
  const tls = ca !== undefined && { id: 'token endpoint', extraCa: ca };
  return { ...(tls && { tls }), ...(proxy && { proxy }) };
}

/** A digest: secrets are not kept as keys. */
function keyOf({ webhookId, auth, clientSecret, ca, proxy }: TokenOwner): string {
  const { clientId, tokenUrl, issuer, scope, audience, clientAuth } = auth;
  const said = [webhookId, clientId, tokenUrl, issuer, scope, audience, clientAuth, clientSecret, ca, proxy];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64');
}
