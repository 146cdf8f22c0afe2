import type { JSONWebKeySet } from 'jose';
import type { GuardedAgents } from '../destinations/connection/guarded-agents.js';
import { ask, faultOf } from '../destinations/credentials/tokens/small-request.js';

export interface FetchKeysOptions {
  readonly url: string;
  /** The agents by which every connection is judged like those of deliveries. */
  readonly agents: GuardedAgents;
  readonly userAgent: string;
  /** Time limit for the whole answer. */
  readonly timeoutMs: number;
  /** Ends a running request when the service stops. */
  readonly stopping: AbortSignal;
}

const MAX_KEYS = 100;

/** Fetches the keys of the issuer: one request of at most 64 KiB, without redirects. Rejects with a description. */
export async function fetchKeys(options: FetchKeysOptions): Promise<JSONWebKeySet> {
  const { url, agents, userAgent, timeoutMs, stopping } = options;
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), stopping]);
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const answer = await ask({ url, method: 'GET', headers }, { agents, userAgent, signal }).catch((error: unknown) => {
    const { description } = faultOf(error);
    throw new Error(signal.aborted ? `no answer within ${timeoutMs} ms` : description);
  });
  if (answer.status !== 200) throw new Error(`the answer is a ${answer.status}`);
  return readKeys(answer.body);
}

/** @throws if the text is not a set of keys. An empty set is one: the issuer has taken all keys back. */
function readKeys(body: Uint8Array): JSONWebKeySet {
  const found = parseJson(body);
  const keys = typeof found === 'object' && found !== null && 'keys' in found ? found.keys : undefined;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'object' && key !== null))
    throw new Error('the answer is not a JSON Web Key Set');
  if (keys.length > MAX_KEYS) throw new Error(`the answer has more than ${MAX_KEYS} keys`);
  return { keys };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    throw new Error('the answer is not JSON');
  }
}
