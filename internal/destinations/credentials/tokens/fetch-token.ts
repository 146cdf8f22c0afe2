import type { Clock } from '../../../clock.js';
import { metadataUrls, readMetadata } from '../../../domain/credentials/issuer.js';
import { type AccessToken, readTokenAnswer } from '../../../domain/credentials/token-answer.js';
import { tokenRequest } from '../../../domain/credentials/token-request.js';
import type { AttemptOutcome } from '../../../domain/delivery/outcome.js';
import type { OAuth2Settings } from '../../../domain/matching/webhook-settings.js';
import { type Parsed, parsed, refused } from '../../../domain/text/parsed.js';
import type { GuardedAgents } from '../../connection/guarded-agents.js';
import { spellDuration } from '../../http/limits.js';
import { ask, faultOf, type SmallAnswer, type SmallRequest } from './small-request.js';

export type TokenResult =
  | ({ readonly ok: true } & AccessToken)
  /** The outcome of an attempt that needs the token. */
  | { readonly ok: false; readonly outcome: AttemptOutcome };

export type FetchToken = () => Promise<TokenResult>;

export interface TokenClient {
  readonly auth: OAuth2Settings;
  readonly clientSecret: string;
  agentsOf(): GuardedAgents;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Time limit for the issuer's metadata and the token together. */
  readonly timeoutMs: number;
  /** Ends running requests when the service stops. */
  readonly stopping: AbortSignal;
}

const DESCRIPTION_LASTS_MS = 3_600_000;

/** Requests tokens from the authorization server of one client. Never rejects. */
export function makeFetchToken(client: TokenClient): FetchToken {
  const { auth, clock } = client;
  let described: { readonly endpoint: string; readonly at: number } | undefined;

  async function endpointOf(request: (asked: SmallRequest) => Promise<SmallAnswer>): Promise<Parsed<string>> {
    if (auth.tokenUrl !== undefined) return parsed(auth.tokenUrl);
    if (described && clock.monotonic() - described.at < DESCRIPTION_LASTS_MS) return parsed(described.endpoint);
    const issuer = auth.issuer ?? '';
    let status = 0;
    for (const url of metadataUrls(issuer)) {
      const answer = await request({ url, method: 'GET', headers: { accept: 'application/json' } });
      status = answer.status;
      if (status !== 200) continue;
      const endpoint = readMetadata(issuer, answer.body);
      if (endpoint.ok) described = { endpoint: endpoint.value, at: clock.monotonic() };
      return endpoint;
    }
    return refused(`the issuer returned no metadata (it answered ${status})`);
  }

  return async () => {
    const timeout = AbortSignal.timeout(client.timeoutMs);
    const signal = AbortSignal.any([timeout, client.stopping]);
    const { userAgent } = client;
    const agents = client.agentsOf();
    const request = (asked: SmallRequest) => ask(asked, { agents, userAgent, signal });
    try {
      const endpoint = await endpointOf(request);
      if (!endpoint.ok) return counted(endpoint.problem);
      const answer = await request({ url: endpoint.value, method: 'POST', ...tokenRequest(auth, client.clientSecret) });
      const token = readTokenAnswer(answer.status, answer.body);
      if (token.ok) return { ok: true, ...token.value };
      described = undefined;
      return counted(token.problem);
    } catch (error) {
      described = undefined;
      if (client.stopping.aborted) return { ok: false, outcome: local('interrupted by shutdown') };
      if (timeout.aborted)
        return counted(`the token endpoint did not answer within ${spellDuration(client.timeoutMs)}`);
      return failed(error);
    }
  };
}

/**
 * Returns a counted failure. The token endpoint is part of the path to the receiver, like the receiver's network, even
 * if another party runs it.
 */
function counted(description: string): TokenResult {
  return {
    ok: false,
    outcome: { kind: 'unreachable', reason: 'authorisation', error: `no access token: ${description}` },
  };
}

const local = (error: string): AttemptOutcome => ({ kind: 'local_fault', error });

function failed(error: unknown): TokenResult {
  const { reason, description } = faultOf(error);
  const told = `no access token: the token endpoint cannot be reached: ${description}`;
  if (reason === 'local_fault') return { ok: false, outcome: local(told) };
  if (reason === 'forbidden_address') return { ok: false, outcome: { kind: 'forbidden_address', error: told } };
  return counted(`the token endpoint cannot be reached: ${description}`);
}
