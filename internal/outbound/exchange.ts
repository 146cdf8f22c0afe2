import type { Client, Dispatcher } from 'undici';
import type { Clock } from '../clock.js';
import type { AttemptOutcome } from '../domain/outcome.js';
import { parseRetryAfter } from '../domain/retry-after.js';
import { ConnectError } from './connect-error.js';
import { codeOf, describeError, outcomeOf, type Stage } from './describe-error.js';
import { CLOSED, type Fault } from './fault-table.js';
import type { Interruptible, InterruptionGroup } from './interruptions.js';
import { type RequestLimits, spellBytes, spellDuration } from './limits.js';
import type { OriginPool } from './origin-pool.js';
import { ResponseBody } from './response-body.js';
import { findRetryAfter } from './response-headers.js';

/** A used connection that dies later than this after the request was written did not die of being idle. */
const RESEND_WITHIN_MS = 1000;

/** What an exchange needs of its sender; one object for all of them. */
export interface ExchangeHost {
  readonly limits: RequestLimits;
  readonly clock: Clock;
  /** The outcome is known. Called once. */
  settled(exchange: Exchange, outcome: AttemptOutcome): void;
  /** undici is done with the request, which can be later than its outcome. Called once. */
  released(exchange: Exchange): void;
  resending(): void;
}

export interface ExchangePlan {
  readonly pool: OriginPool;
  readonly group: InterruptionGroup | undefined;
  readonly resolve: (outcome: AttemptOutcome) => void;
  /** From the start to the end of the answer's body, name lookup and connecting included. */
  readonly timeoutMs: number;
  readonly options: Dispatcher.DispatchOptions;
  readonly host: ExchangeHost;
}

const EMPTY = new Uint8Array(0);

/**
 * One request and its answer, from the start to the one outcome.
 *
 * A status that has arrived is kept whatever happens to the body after it (closed, cut, timed out, interrupted): the
 * receiver has decided, and asking again would only double what it already did. `cut` tells.
 *
 * Implements undici's older handler interface: the newer one wraps each request in two more objects and parses all headers.
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
  private client: Client | undefined;
  private abort: ((error?: Error) => void) | undefined;
  private reused = false;
  private resent = false;
  private writtenAt = 0;
  private informational = 0;
  private status = 0;
  private retryAfterMs: number | undefined;
  private body: ResponseBody | undefined;
  private over = false;

  constructor(plan: ExchangePlan) {
    this.pool = plan.pool;
    this.group = plan.group;
    this.resolve = plan.resolve;
    this.options = plan.options;
    this.host = plan.host;
    this.timeoutMs = plan.timeoutMs;
    this.timer = setTimeout(timeOut, plan.timeoutMs, this);
  }

  start(): void {
    this.group?.join(this);
    this.dispatch(this.pool.take());
  }

  /** The service stops. */
  interrupt(): void {
    this.end({ reason: 'local_fault', words: 'interrupted by shutdown' });
  }

  timeOut(): void {
    this.end({ reason: 'timeout', words: `timed out after ${spellDuration(this.timeoutMs)}` });
  }

  /** undici is about to write the request to a socket. */
  onConnect(abort: (error?: Error) => void): void {
    if (this.over) {
      abort();
      return;
    }
    this.abort = abort;
    this.stage = 'sent';
    this.reused = !this.pool.isHandingOver;
    this.writtenAt = this.host.clock.monotonic();
  }

  onResponseStarted(): void {
    this.stage = 'answering';
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    if (status >= 200) {
      this.stage = 'answered';
      this.status = status;
      if (status >= 300) this.retryAfterMs = this.readRetryAfter(headers);
      return true;
    }
    this.informational += 1;
    if (status < 100) this.end({ reason: 'bad_response', words: `the answer has no valid status (${status})` });
    else if (this.informational > this.host.limits.informational)
      this.end({ reason: 'bad_response', words: `more than ${this.host.limits.informational} informational answers` });
    return true;
  }

  onData(chunk: Buffer): boolean {
    const { keepBytes, readBytes } = this.host.limits;
    this.body ??= new ResponseBody(keepBytes);
    this.body.add(chunk);
    if (this.body.length > readBytes) this.end({ reason: 'bad_response', words: tooLong(readBytes) });
    return true;
  }

  onComplete(): void {
    if (this.client) this.pool.giveBack(this.client);
    this.host.released(this);
    const { keepBytes } = this.host.limits;
    const isWhole = this.body === undefined || this.body.length <= keepBytes;
    this.settle(this.answer(isWhole ? undefined : tooLong(keepBytes)));
  }

  onError(error: Error): void {
    if (this.client) this.pool.drop(this.client);
    if (this.mayResend(error)) {
      this.resent = true;
      this.stage = 'waiting';
      this.abort = undefined;
      this.host.resending();
      this.dispatch(this.pool.takeFresh());
      return;
    }
    this.host.released(this);
    this.end(describeError(error, this.stage));
  }

  private dispatch(client: Client): void {
    this.client = client;
    client.dispatch(this.options, this);
  }

  /**
   * A receiver may close an idle connection at the moment in which we use it. Without a byte of an answer it most likely
   * never read the request; and if it did, the resent one carries the same `webhook-id`.
   */
  private mayResend(error: Error): boolean {
    if (this.over || this.resent || error instanceof ConnectError || !CLOSED.has(codeOf(error))) return false;
    // An idle connection was reset before undici came to write to it.
    if (this.stage === 'waiting') return true;
    return this.stage === 'sent' && this.reused && this.host.clock.monotonic() - this.writtenAt <= RESEND_WITHIN_MS;
  }

  private end(fault: Fault): void {
    if (this.over) return;
    this.settle(this.stage === 'answered' ? this.answer(fault.words) : outcomeOf(fault));
    this.abort?.();
  }

  private answer(cut: string | undefined): AttemptOutcome {
    return {
      kind: 'answered',
      status: this.status,
      body: this.body?.bytes ?? EMPTY,
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
      ...(cut !== undefined && { cut }),
    };
  }

  private settle(outcome: AttemptOutcome): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.group?.leave(this);
    this.host.settled(this, outcome);
  }

  private readRetryAfter(headers: readonly Buffer[]): number | undefined {
    const value = findRetryAfter(headers);
    return value === undefined ? undefined : parseRetryAfter(value, this.host.clock.now());
  }
}

function tooLong(bytes: number): string {
  return `the body is longer than ${spellBytes(bytes)}`;
}

function timeOut(exchange: Exchange): void {
  exchange.timeOut();
}
