import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.js';
import type { AttemptOutcome } from '../../domain/delivery/outcome.js';
import type { Opener } from '../connection/opener.js';
import { OriginPools } from '../connection/origin-pools.js';
import { Exchange, type ExchangeHost } from './exchange.js';
import { Interruptions } from './interruptions.js';
import type { KeptHeaders } from './limits.js';
import { makeMaskOutcome } from './mask-outcome.js';
import type { OutboundRequest } from './outbound-request.js';
import { makeRenderings } from './renderings.js';
import { requestHeaders } from './request-headers.js';
import { sentLines } from './sent-headers.js';
import { makeTargetParser, type Target } from './target.js';
import { Timeouts } from './timeouts.js';

export interface SenderOptions {
  /** The version of hukz, for `user-agent`. */
  readonly version: string;
  readonly clock: Clock;
  /** `REQUEST_TIMEOUT`: wall-clock time from the start to the end of the answer's body. */
  readonly timeoutMs: number;
  readonly opener: Opener;
  /** `LOG_HEADERS`: the answers whose headers are kept, and whether those of requests are. The default is `none`. */
  readonly keepHeaders?: KeptHeaders;
  /** Maximum number of origins whose connections are kept. The default is 1024. */
  readonly maxOrigins?: number;
  /** Maximum number of open connections without a request. The default is 1024. */
  readonly maxIdleSockets?: number;
  /** Time for which an unused connection is kept. The default is 10 s. */
  readonly keepAliveMs?: number;
}

export interface SenderStats {
  /** Number of requests whose outcome is not known yet. */
  readonly inFlight: number;
  readonly origins: number;
  /** Number of sockets that are open or being opened. */
  readonly sockets: number;
  /**
   * Number of requests, since the start, that were sent twice within an attempt because a used connection or a resumed
   * TLS session failed.
   */
  readonly resent: number;
  /**
   * Number of times, since the start, that TLS sessions were disabled for an origin for ten minutes because a
   * connection that resumed one failed.
   */
  readonly sessionsRefused: number;
}

export interface Sender {
  /** Sends one request. It never throws or rejects: every failure is an outcome. */
  send(request: OutboundRequest, signal?: AbortSignal): Promise<AttemptOutcome>;
  /** Waits for the running requests (abort their signal to hurry), then closes every connection. */
  stop(): Promise<void>;
  stats(): SenderStats;
}

const KIB = 1024;
const MAX_CACHED_URLS = 4096;
const MAX_CACHED_MASKS = 1024;
const KEEP_ALIVE_MS = 10_000;
const KEEP_ALIVE_MAX_MS = 60_000;

const INTERRUPTED: AttemptOutcome = { kind: 'local_fault', error: 'interrupted by shutdown' };
const STOPPED: AttemptOutcome = { kind: 'local_fault', error: 'the sender has stopped' };

export function makeSender(options: SenderOptions): Sender {
  const userAgent = `hukz/${options.version}`;
  const interruptions = new Interruptions();
  const timeouts = new Timeouts();
  const render = makeRenderings();
  const targetOf = makeTargetParser(MAX_CACHED_URLS);
  const maskOutcome = makeMaskOutcome(MAX_CACHED_MASKS);
  const keepsRequests = options.keepHeaders === 'both';
  const pools = new OriginPools({
    opener: options.opener,
    clock: options.clock,
    keepAliveMs: options.keepAliveMs ?? KEEP_ALIVE_MS,
    keepAliveMaxMs: KEEP_ALIVE_MAX_MS,
    maxOrigins: options.maxOrigins ?? 1024,
    maxIdleSockets: options.maxIdleSockets ?? 1024,
  });
  let inFlight = 0;
  let resent = 0;
  let stopping: Promise<void> | undefined;
  let lastSettled: (() => void) | undefined;

  const host: ExchangeHost = {
    clock: options.clock,
    limits: {
      readBytes: 64 * KIB,
      bodyBytes: 16 * KIB,
      keepHeaders: options.keepHeaders ?? 'none',
    },
    settled(exchange, outcome) {
      inFlight -= 1;
      exchange.resolve(outcome);
      if (inFlight === 0) lastSettled?.();
    },
    released: (exchange) => pools.release(exchange.pool),
    resending: () => {
      resent += 1;
    },
    overdue: (exchange) => timeouts.add(exchange),
  };

  function send(request: OutboundRequest, signal?: AbortSignal): Promise<AttemptOutcome> {
    if (stopping) return Promise.resolve(STOPPED);
    if (signal?.aborted) return Promise.resolve(INTERRUPTED);
    const target = targetOf(request.plan.url);
    const { masked } = request.plan;
    if (!target.ok) return Promise.resolve({ kind: 'unreachable', reason: 'bad_request', error: target.problem });
    const dispatched = dispatchOptions(request, target.value);
    const sent = keepsRequests ? sentLines(dispatched.headers, request.plan.credentials) : undefined;
    return new Promise((resolve) => {
      const exchange = new Exchange({
        pool: pools.acquire(target.value.origin, request.plan.connectionPath),
        group: signal && interruptions.under(signal),
        resolve: sent || masked.length > 0 ? (outcome) => resolve(finished(outcome, masked, sent)) : resolve,
        timeoutMs: request.plan.timeoutMs ?? options.timeoutMs,
        options: dispatched,
        host,
      });
      inFlight += 1;
      exchange.start();
    });
  }

  function dispatchOptions(request: OutboundRequest, target: Target) {
    const { method, format } = request.plan;
    const rendering = render(format, request.message);
    const headers = requestHeaders(request, rendering, { userAgent, nowMs: options.clock.now() });
    request.onSent?.(headers, rendering.body);
    return { method, path: target.path, headers, body: rendering.body } satisfies Dispatcher.DispatchOptions;
  }

  /** The outcome with the headers of its request, if they are kept, and without secrets. */
  function finished(outcome: AttemptOutcome, masked: readonly string[], sent: Uint8Array | undefined): AttemptOutcome {
    const whole = sent ? { ...outcome, requestHeaders: sent } : outcome;
    return masked.length === 0 ? whole : maskOutcome(whole, masked);
  }

  async function close(): Promise<void> {
    if (inFlight > 0) await new Promise<void>((resolve) => (lastSettled = resolve));
    await pools.close();
  }

  return {
    send,
    stop: () => (stopping ??= close()),
    stats: () => {
      const { origins, sockets, sessionsRefused } = pools;
      return { inFlight, origins, sockets, resent, sessionsRefused };
    },
  };
}
