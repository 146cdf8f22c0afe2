import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.js';
import type { AttemptOutcome } from '../../domain/delivery/outcome.js';
import { parseRetryAfter } from '../../domain/delivery/retry-after.js';
import { ConnectError } from '../connection/connect-error.js';
import type { Connection } from '../connection/connection.js';
import { describeError, isAboutRequest, outcomeOf, type Stage } from '../connection/describe-error.js';
import type { Fault } from '../connection/fault-table.js';
import type { OriginPool } from '../connection/origin-pool.js';
import type { AnswerHead } from './answer-head.js';
import type { Interruptible, InterruptionGroup } from './interruptions.js';
import { keepsHeadersOf, MAX_KEPT_HEADER_BYTES, type RequestLimits, spellBytes, spellDuration } from './limits.js';
import { ResponseBody } from './response-body.js';
import { findRetryAfter, framingOf, headerLines } from './response-headers.js';

/** If a used connection fails later than this after the request was written, its idle time was not the reason. */
const RESEND_WITHIN_MS = 1000;

/** The functions that an exchange needs from its sender. A single object serves all exchanges. */
export interface ExchangeHost {
  readonly limits: RequestLimits;
  readonly clock: Clock;
  /** Called once, when the outcome is known. */
  settled(exchange: Exchange, outcome: AttemptOutcome): void;
  /** Called once, when undici has released the request, which can be later than the outcome. */
  released(exchange: Exchange): void;
  resending(): void;
  /** Called when the time of the exchange is over. Calls its `timeOut`, at once or in one of the next turns. */
  overdue(exchange: Exchange): void;
}

export interface ExchangePlan {
  readonly pool: OriginPool;
  readonly group: InterruptionGroup | undefined;
  readonly resolve: (outcome: AttemptOutcome) => void;
  /** Total time up to the end of the answer's body, including the name look-up and connecting. */
  readonly timeoutMs: number;
  readonly options: Dispatcher.DispatchOptions;
  readonly host: ExchangeHost;
}

const EMPTY = new Uint8Array(0);

/**
 * One request and its answer, from the start to the single outcome.
 *
 * A status that has arrived counts, whatever happens after it (headers that break HTTP, a connection that is closed or
 * cut, a timeout, an interruption): the receiver has decided, and a second request would only repeat the receiver's
 * work. `flaw` is the problem of the head, and `cut` is the reason why the body is incomplete.
 *
 * Implements undici's older handler interface, because the newer one wraps each request in two more objects and parses
 * all headers.
 */
export class Exchange implements Dispatcher.DispatchHandler, Interruptible {
  readonly pool: OriginPool;
  readonly resolve: (outcome: AttemptOutcome) => void;
  seat = 0;
  private readonly group: InterruptionGroup | undefined;
  private readonly options: Dispatcher.DispatchOptions;
  private readonly host: ExchangeHost;
  private readonly timeoutMs: number;
  private readonly timer: NodeJS.Timeout;
  private stage: Stage = 'waiting';
  private connection: Connection | undefined;
  private abort: ((error?: Error) => void) | undefined;
  private reused = false;
  private resent = false;
  private resentInFull = false;
  private writtenAt = 0;
  private status = 0;
  private flaw: string | undefined;
  private isSpoiled = false;
  private retryAfterMs: number | undefined;
  private body: ResponseBody | undefined;
  private headers: Uint8Array | undefined;
  private over = false;

  constructor(plan: ExchangePlan) {
    this.pool = plan.pool;
    this.group = plan.group;
    this.resolve = plan.resolve;
    this.options = plan.options;
    this.host = plan.host;
    this.timeoutMs = plan.timeoutMs;
    this.timer = setTimeout(overdue, plan.timeoutMs, this);
  }

  start(): void {
    this.group?.join(this);
    this.dispatch(this.pool.acquire());
  }

  /** Called when the service stops. */
  interrupt(): void {
    this.end({ reason: 'local_fault', description: 'interrupted by shutdown' });
  }

  /** Called by the timer. */
  overdue(): void {
    this.host.overdue(this);
  }

  timeOut(): void {
    this.end({ reason: 'timeout', description: `timed out after ${spellDuration(this.timeoutMs)}` });
  }

  /** Called when undici is about to write the request to a socket. */
  onConnect(abort: (error?: Error) => void): void {
    if (this.over) {
      abort();
      return;
    }
    this.abort = abort;
    this.stage = 'sent';
    this.reused = this.connection?.begin() === false;
    this.writtenAt = this.host.clock.monotonic();
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    if (status < 200) {
      this.end({ reason: 'bad_response', description: withoutStatus(status) });
      return true;
    }
    this.connection?.accepted();
    this.stage = 'answered';
    this.status = status;
    if (status >= 300) this.retryAfterMs = this.readRetryAfter(findRetryAfter(headers));
    if (keepsHeadersOf(status, this.host.limits.keepHeaders))
      this.headers = headerLines(headers, MAX_KEPT_HEADER_BYTES);
    if (status === 204 || status === 205 || status === 304) this.withoutBody(framingOf(headers));
    return true;
  }

  /** Some answers announce a body although none is allowed. That body would be taken for a part of the next answer. */
  private withoutBody(framing: ReturnType<typeof framingOf>): void {
    if (this.status !== 205) this.isSpoiled = framing === 'chunked' || framing === 'length';
    else if (framing === 'none') this.finish(undefined);
  }

  onData(chunk: Buffer): boolean {
    const { bodyBytes, readBytes } = this.host.limits;
    this.body ??= new ResponseBody(bodyBytes);
    this.body.add(chunk);
    if (this.body.length > readBytes) this.end({ reason: 'bad_response', description: tooLong(readBytes) });
    return true;
  }

  onComplete(): void {
    if (this.connection) {
      if (this.isSpoiled) this.pool.drop(this.connection);
      else this.pool.putBack(this.connection);
    }
    this.host.released(this);
    const { bodyBytes } = this.host.limits;
    const isWhole = this.body === undefined || this.body.length <= bodyBytes;
    this.settle(this.answer(isWhole ? undefined : tooLong(bodyBytes)));
  }

  onError(error: Error): void {
    if (this.connection) this.pool.drop(this.connection);
    if (this.mayResend(error)) {
      this.stage = 'waiting';
      this.abort = undefined;
      this.host.resending();
      this.dispatch(this.pool.acquireFresh());
      return;
    }
    this.host.released(this);
    this.end(this.connection?.describe(error, this.stage) ?? describeError(error, this.stage));
  }

  private dispatch(connection: Connection): void {
    this.connection = connection;
    connection.client.dispatch(this.options, this);
  }

  /**
   * A receiver may close an idle connection at the moment of the next request, send bytes of an earlier answer on it,
   * or fail on a resumed TLS session. When no byte of an answer has arrived, the receiver most likely never read the
   * request; if it did, the resent one has the same `webhook-id`. A request is resent at most once for each of the two
   * reasons: a used connection, and a resumed session.
   */
  private mayResend(error: Error): boolean {
    const { connection } = this;
    if (this.over || !connection || error instanceof ConnectError || isAboutRequest(error)) return false;
    if (this.stage === 'sent' && !connection.hasAnswer && connection.refuseSession()) {
      const isFirst = !this.resentInFull;
      this.resentInFull = true;
      return isFirst && this.isSoon;
    }
    const isFirst = !this.resent;
    this.resent = true;
    // The connection ended before undici wrote to it.
    if (this.stage === 'waiting') return isFirst && connection.wasOpen;
    return isFirst && this.stage === 'sent' && this.reused && !connection.hasAnswer && this.isSoon;
  }

  private get isSoon(): boolean {
    return this.host.clock.monotonic() - this.writtenAt <= RESEND_WITHIN_MS;
  }

  private end(fault: Fault): void {
    if (this.over) return;
    if (this.stage === 'sent') {
      // A server that hangs on a resumed session would otherwise hang on each connection that resumes the session.
      if (fault.reason === 'timeout' && !this.connection?.hasAnswer) this.connection?.refuseSession();
      this.salvage(fault);
    }
    if (this.stage === 'answered') this.finish(this.flaw === undefined ? fault.description : undefined);
    else {
      this.settle(outcomeOf(fault));
      this.abort?.();
    }
  }

  /** Called when the answer is known and nothing more of it is read. */
  private finish(cut: string | undefined): void {
    this.settle(this.answer(cut));
    this.abort?.();
  }

  /** A status line that has arrived is the answer, whatever is wrong with the rest of the head. */
  private salvage(fault: Fault): void {
    const salvaged = this.connection?.salvage();
    if (!salvaged) return;
    const { head, body } = salvaged;
    this.stage = 'answered';
    this.status = head.status;
    this.retryAfterMs = head.status >= 300 ? this.readRetryAfter(head.retryAfter) : undefined;
    this.flaw = describeFlaw(head, fault);
    this.body = new ResponseBody(this.host.limits.bodyBytes);
    this.body.add(body);
  }

  private answer(cut: string | undefined): AttemptOutcome {
    return {
      kind: 'answered',
      status: this.status,
      body: this.body?.bytes ?? EMPTY,
      ...(this.headers !== undefined && { headers: this.headers }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
      ...(cut !== undefined && { cut }),
      ...(this.flaw !== undefined && { flaw: this.flaw }),
    };
  }

  private settle(outcome: AttemptOutcome): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.group?.leave(this);
    this.host.settled(this, outcome);
  }

  private readRetryAfter(value: string | undefined): number | undefined {
    return value === undefined ? undefined : parseRetryAfter(value, this.host.clock.now());
  }
}

function tooLong(bytes: number): string {
  return `the body is longer than ${spellBytes(bytes)}`;
}

function withoutStatus(status: number): string {
  return status === 101
    ? 'the answer breaks HTTP (101 without being asked)'
    : `the answer has no valid status (${status})`;
}

function describeFlaw({ flaw, isWhole }: AnswerHead, { reason, description }: Fault): string {
  if (flaw !== undefined) return `the answer breaks HTTP: ${flaw}`;
  const isOurEnd = reason === 'timeout' || reason === 'local_fault';
  return isOurEnd && !isWhole ? `${description} in the middle of the headers` : description;
}

function overdue(exchange: Exchange): void {
  exchange.overdue();
}
