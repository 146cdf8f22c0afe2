import type { Emitted, Emitter, Undelivered } from '../../packages/client/src/emitter/contract.js';
import type { Logger } from '../logger.js';

// The types of this file are published. They import the types of the contract and of the logger, and nothing else.

/** Emitters that send from this process. */
export interface EmbeddedEmitter extends Emitter {
  emit(event: string, payload: unknown, requestId?: string): Promise<EmittedNow>;
  stats(): EmitterStats;
  /** Returns the latest events that were given up, the oldest one first. */
  deadLetters(): readonly GivenUp[];
}

/** In this process, the emitters of an event are always known. */
export interface EmittedNow extends Emitted {
  readonly webhooks: number;
}

/** The limits and observers of all emitters of a process. */
export interface EmbeddedOptions {
  /**
   * Maximum number of events that wait or are sent, counted once for each emitter that sends them. The default is
   * 10,000. `emit` refuses more.
   */
  readonly maxQueued?: number;
  /** Maximum total size of these events, in bytes. The default is 64 MiB. */
  readonly maxQueuedBytes?: number;
  /** Maximum number of requests at the same time; each emitter makes one at a time. The default is 512. */
  readonly maxInFlight?: number;
  /** Maximum number of given-up events that `deadLetters` returns. The default is 1,000, of 8 MiB together. */
  readonly maxDeadLetters?: number;
  /**
   * Networks that emitters may send to although they are not public, such as `127.0.0.0/8`, `::1` or `10.0.0.0/8`.
   * Without them, only public addresses are allowed. `allowInsecure` of an emitter does not change this.
   */
  readonly allowNetworks?: readonly string[];
  /** Called after each request. */
  readonly onAttempt?: (attempt: Attempt) => void;
  /** Called for each event that an emitter gives up. */
  readonly onGivenUp?: (letter: GivenUp) => void;
  /** The default writes warnings and errors to the console. */
  readonly logger?: Logger;
}

/** A request of an emitter and its outcome. */
export interface Attempt {
  /** The id of the emitter. */
  readonly emitter: string;
  readonly event: string;
  readonly requestId: string;
  /** Counts from 1 for each event. */
  readonly attempt: number;
  /** `local_fault` is a fault on this side, such as a lack of sockets. It does not count as one of `maxRetries`. */
  readonly outcome: 'delivered' | 'failed' | 'dead' | 'local_fault' | 'cancelled' | 'interrupted';
  /** The status of the response. It is absent if there was none. */
  readonly status?: number;
  /** The reason why the request failed. */
  readonly error?: string;
  readonly durationMs: number;
  /** The wait until the next request for the event. It is absent if there is no next one. */
  readonly retryInMs?: number;
}

/**
 * `exhausted`: `maxRetries` requests failed. `gone`: the receiver answered 410. `forbidden_address`: its host name led
 * to an address that is not allowed. `detached`: the emitter was removed while the event waited in it.
 */
export type GivenUpBecause =
  | 'exhausted'
  | 'gone'
  | 'forbidden_address'
  | 'detached'
  | 'expired'
  | 'final_status'
  | 'no_retry';

/** An event that an emitter has given up. */
export interface GivenUp extends Undelivered {
  readonly because: GivenUpBecause;
  /** The status of the last response. */
  readonly status?: number;
  /** The reason why the last request failed. */
  readonly error?: string;
}

/** Numbers since the start, except for `queued`, `queuedBytes` and `inFlight`, which are those of now. */
export interface EmitterStats {
  /** Events that wait or are sent, counted once for each emitter that sends them. */
  readonly queued: number;
  readonly queuedBytes: number;
  /** Requests under way. */
  readonly inFlight: number;
  readonly delivered: number;
  /** Requests that failed, whether or not the event was repeated. */
  readonly failedAttempts: number;
  readonly givenUp: number;
  /** Calls of `emit` that were refused because the queue was full. */
  readonly refused: number;
  /** Given-up events that `deadLetters` does not return any more. */
  readonly deadLettersDropped: number;
}
