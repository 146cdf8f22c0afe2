import { ErrorCode, type MsgHdrs, headers as makeHeaders, type NatsConnection } from 'nats';
import type { Clock } from '../../clock.js';
import type { AttemptOutcome } from '../../domain/delivery/outcome.js';
import { parseRetryAfter } from '../../domain/delivery/retry-after.js';
import { describeListenerFailure, readListenerAnswer } from '../../domain/listening/listener-answer.js';
import { METHOD_HEADER } from '../../domain/listening/listener-subject.js';
import type { KeptHeaders } from '../http/limits.js';
import { spellDuration } from '../http/limits.js';
import { makeMaskOutcome } from '../http/mask-outcome.js';
import type { OutboundRequest } from '../http/outbound-request.js';
import { requestHeaders } from '../http/request-headers.js';
import type { Sender } from '../http/sender.js';
import { sentLines } from '../http/sent-headers.js';

export interface ListenerSenderOptions {
  /** The version of hukz, for `user-agent`. */
  readonly version: string;
  readonly clock: Clock;
  /** `REQUEST_TIMEOUT` */
  readonly timeoutMs: number;
  readonly keepHeaders: KeptHeaders;
  /** The connection to NATS. Undefined while there is none. */
  connection(): NatsConnection | undefined;
}

/** The part of an answer's body that is kept, as of a receiver. */
const MAX_BODY_BYTES = 16 * 1024;
const MAX_CACHED_MASKS = 64;

const INTERRUPTED: AttemptOutcome = { kind: 'local_fault', error: 'interrupted by shutdown' };
const AWAY = 'no prompt listens: "hukz listen --as-webhook" is not running, or may not subscribe';

/**
 * Sends the requests of listening webhooks over NATS, to the prompt that forwards them. A prompt that is away is a
 * failure like a refused connection, so that the delivery is attempted again.
 */
export function makeListenerSender(options: ListenerSenderOptions): Sender['send'] {
  const { clock, keepHeaders } = options;
  const userAgent = `hukz/${options.version}`;
  const maskOutcome = makeMaskOutcome(MAX_CACHED_MASKS);

  return async (request, signal) => {
    const { plan, message } = request;
    const nats = options.connection();
    if (signal?.aborted) return INTERRUPTED;
    if (!nats) return { kind: 'local_fault', error: 'NATS is not connected' };
    const rendering = plan.format.render(message);
    const flat = requestHeaders(request, rendering, { userAgent, nowMs: clock.now() });
    request.onSent?.(flat, rendering.body);
    const timeoutMs = plan.timeoutMs ?? options.timeoutMs;
    const exchange = ask(nats, request, { flat, body: rendering.body, timeoutMs });
    const outcome = await (signal ? unlessAborted(exchange, signal) : exchange);
    const sent = keepHeaders === 'both' ? { requestHeaders: sentLines(flat, plan.credentials) } : {};
    return maskOutcome({ ...outcome, ...sent }, plan.masked);
  };

  /** Makes one request. It never rejects. */
  async function ask(nats: NatsConnection, { plan }: OutboundRequest, asked: Asked): Promise<AttemptOutcome> {
    const { flat, body, timeoutMs } = asked;
    try {
      const headers = natsHeaders(plan.method, flat);
      const reply = await nats.request(plan.listener ?? '', body, { timeout: timeoutMs, headers });
      return outcomeOf(reply.data);
    } catch (error) {
      return faultOf(error, timeoutMs);
    }
  }

  function outcomeOf(reply: Uint8Array): AttemptOutcome {
    const answer = readListenerAnswer(reply);
    if (!answer)
      return { kind: 'unreachable', reason: 'bad_response', error: 'the reply over NATS is no answer of a prompt' };
    if (answer.kind === 'failed')
      return { kind: 'unreachable', reason: answer.reason, error: describeListenerFailure(answer.reason) };
    const { status, retryAfter } = answer;
    const retryAfterMs = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, clock.now());
    const isCut = answer.body.length > MAX_BODY_BYTES;
    return {
      kind: 'answered',
      status,
      // A copy, because the reply is a window into the socket's buffer.
      body: Uint8Array.from(answer.body.subarray(0, MAX_BODY_BYTES)),
      ...(status >= 300 && retryAfterMs !== undefined && { retryAfterMs }),
      ...(isCut && { cut: 'the body is longer than 16 KiB' }),
    };
  }
}

interface Asked {
  /** The headers of the request: name, value, name, value … */
  readonly flat: readonly string[];
  readonly body: Uint8Array;
  readonly timeoutMs: number;
}

/** @throws if a name or a value cannot be a NATS header */
function natsHeaders(method: string, flat: readonly string[]): MsgHdrs {
  const headers = makeHeaders();
  headers.append(METHOD_HEADER, method);
  for (let at = 0; at + 1 < flat.length; at += 2) headers.append(flat[at] ?? '', flat[at + 1] ?? '');
  return headers;
}

/** Explains an error of the client. The texts are ours, because a text of a server may contain anything. */
function faultOf(error: unknown, timeoutMs: number): AttemptOutcome {
  switch (codeOf(error)) {
    case ErrorCode.NoResponders:
      return { kind: 'unreachable', reason: 'connect', error: AWAY };
    case ErrorCode.Timeout:
      return {
        kind: 'unreachable',
        reason: 'timeout',
        error: `no answer of the prompt within ${spellDuration(timeoutMs)}`,
      };
    case ErrorCode.MaxPayloadExceeded:
      return {
        kind: 'unreachable',
        reason: 'bad_request',
        error: 'the request is larger than the NATS server accepts',
      };
    case ErrorCode.BadHeader:
      return { kind: 'unreachable', reason: 'bad_request', error: 'a header of the request cannot be sent over NATS' };
    case ErrorCode.PermissionsViolation:
      return { kind: 'local_fault', error: 'the NATS user of hukz may not publish below $HUKZ.LISTEN' };
    default:
      return { kind: 'local_fault', error: 'the connection to NATS failed' };
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** The outcome, or an interruption if the instance stops meanwhile. A late answer is dropped. */
async function unlessAborted(exchange: Promise<AttemptOutcome>, signal: AbortSignal): Promise<AttemptOutcome> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<AttemptOutcome>((resolve) => {
    onAbort = () => resolve(INTERRUPTED);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  const outcome = await Promise.race([exchange, aborted]);
  signal.removeEventListener('abort', onAbort);
  return outcome;
}
