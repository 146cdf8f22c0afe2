import { readTimeout, type Settings } from '../options.js';
import { attempt, type Outcome, type RawAnswer } from './attempt.js';
import { errorOf, type RequestName } from './describe-failure.js';
import { randomId } from './random-id.js';
import type { RequestReport } from './report.js';
import { type RetryOptions, type RetryPolicy, retryPolicy, waitBeforeNext } from './retry-policy.js';
import { wait } from './wait.js';

/** Options of one call, which take precedence over those of the client. */
export interface CallOptions {
  /** Ends the call, with all its requests. The call rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Time for each request of the call. */
  readonly timeoutMs?: number | undefined;
  readonly retry?: RetryOptions | false | undefined;
  /** A name for a POST: the service carries it out once within 24 hours. Default: a random one per call. */
  readonly idempotencyKey?: string | undefined;
  /** The change is made only if the resource has this revision. */
  readonly ifMatch?: number | undefined;
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** Empty, or with its question mark. */
  readonly query: string;
  readonly body: string | undefined;
  /** Headers of the operation, such as another `Content-Type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly options: CallOptions;
  /** The properties of the operation, over which the options of the call and of the client take precedence. */
  readonly defaults: {
    readonly timeoutMs: number;
    readonly retry?: false | undefined;
    /** The parts of the body have keys of their own. */
    readonly hasOwnKeys?: true | undefined;
  };
}

/** The last answer of a call. */
export interface Sent {
  readonly answer: RawAnswer;
  readonly name: RequestName;
}

const KEY = /^[ -~]{1,255}$/;

/** Sends a request until it is carried out or refused. @throws {HukzError} */
export async function send(settings: Settings, request: ApiRequest): Promise<Sent> {
  const { method, path, options, defaults } = request;
  const timeoutMs = readTimeout(options.timeoutMs) ?? settings.timeoutMs ?? defaults.timeoutMs;
  const policy = policyOf(settings.retry, options.retry ?? defaults.retry);
  const requestId = randomId();
  const headers = headersOf(settings, request, requestId);
  const sent = { url: `${settings.url}${path}${request.query}`, method, headers, body: request.body ?? null };
  const fetch = settings.fetch ?? globalThis.fetch;
  let mayBeDone = false;
  for (let attempts = 1; ; attempts++) {
    const began = performance.now();
    const outcome = await attempt(fetch, sent, { timeoutMs, signal: options.signal });
    const durationMs = performance.now() - began;
    const name = { method, path, url: settings.url, requestId, attempts, timeoutMs, mayBeDone };
    const error = errorOf(outcome, name);
    const retryInMs = error?.isRetryable
      ? waitBeforeNext(policy, attempts, { random: Math.random(), retryAfterMs: error.retryAfterMs })
      : undefined;
    const next = retryInMs === undefined ? {} : { retryInMs };
    report(settings, { method, path, attempt: attempts, requestId, durationMs, ...resultOf(outcome), ...next });
    if (outcome.kind === 'answered' && !error) return { answer: outcome.answer, name };
    if (error && retryInMs === undefined) throw error;
    mayBeDone ||= outcome.kind !== 'answered' || outcome.answer.status >= 500;
    await wait(retryInMs ?? 0, options.signal);
  }
}

function resultOf(outcome: Outcome): Pick<RequestReport, 'status' | 'failure'> {
  if (outcome.kind === 'answered') return { status: outcome.answer.status };
  return outcome.kind === 'too_large' ? { status: outcome.status } : { failure: outcome.kind };
}

/** A bug of the observer must not fail a call that was carried out, because the caller would repeat it. */
function report({ onRequest }: Settings, request: RequestReport): void {
  try {
    onRequest?.(request);
  } catch (error) {
    console.error('hukz-client: onRequest failed', error);
  }
}

export const policyOf = (policy: RetryPolicy, given: RetryOptions | false | undefined) =>
  given === undefined ? policy : retryPolicy(given, policy);

/** A POST without a key could be carried out twice when its first answer is lost. */
function headersOf(settings: Settings, request: ApiRequest, requestId: string) {
  const { method, body, options, defaults } = request;
  const { idempotencyKey = method === 'POST' ? randomId() : undefined, ifMatch } = options;
  const isKeyed = idempotencyKey !== undefined && !defaults.hasOwnKeys;
  if (isKeyed && !KEY.test(idempotencyKey))
    throw new TypeError('idempotencyKey must have 1 to 255 visible characters of ASCII');
  if (ifMatch !== undefined && !Number.isSafeInteger(ifMatch))
    throw new TypeError('ifMatch must be the revision of a resource, which is an integer');
  return {
    ...settings.headers,
    Accept: 'application/json',
    'X-Request-Id': requestId,
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...request.headers,
    ...(isKeyed && { 'Idempotency-Key': idempotencyKey }),
    ...(ifMatch !== undefined && { 'If-Match': `"${ifMatch}"` }),
  };
}
