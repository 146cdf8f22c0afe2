import type { Degradation } from '../domain/streams/degradation.js';

/** What a message is worth from where on, in the words of the start line, `/health/ready` and the metrics. */
export type IntakeGuarantee = 'at least once from the commit on' | 'at least once from the stream on';

/** The door to NATS, one of two: subscriptions of core NATS, or a stream of ours. */
export interface Intake {
  readonly guarantee: IntakeGuarantee;
  /** Resolves when we take messages, or NATS is not there yet and will be waited for. Rejects when waiting is senseless. */
  start(): Promise<void>;
  /** Makes what we take follow the catalog; resolves when the server has confirmed. */
  reconcile(): Promise<void>;
  /** @throws {AppError} when an event could not be taken if it were registered (in place of what had another subject) */
  admitEvent(event: Admission, insteadOf?: string): Promise<void>;
  /** Why nothing can come just now. */
  connectionProblem(): string | undefined;
  /** Tells NATS something, at most once; false while there is no connection. */
  publish(subject: string, payload: string): boolean;
  /** The registered events that do not come, or not as they should. Asked every second. */
  degraded(): readonly Degradation[];
  /**
   * Up to which sequence everything that a stream (by its mark) has for us is acknowledged, hence committed; `known` is a
   * sequence of it that is committed. 'unread': we read no such stream. Undefined: it cannot be asked just now.
   */
  acknowledgedUpTo(stream: string, known: number): Promise<number | 'unread' | undefined>;
  stats(): IntakeStats;
  /** Takes nothing any more; resolves when what was taken is committed. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** What decides whether an event can be taken. */
export interface Admission {
  readonly subject: string;
  /** Whether no service answers requests on the subject. */
  readonly publishOnly: boolean;
}

export interface IntakeStats {
  /** Active subscriptions, or consumers that are read. */
  readonly subscriptions: number;
  /** In the stream and not delivered to any instance yet. */
  readonly streamPending: number;
  /** Messages that were evicted unread. */
  readonly streamGap: number;
  /** Times a stream or consumer was gone and had to be made again. */
  readonly streamLost: number;
  /** Times a stream was read again because the database had lost what was acknowledged. */
  readonly journalWentBack: number;
  /** Requests whose answer was to go to a subject that is no inbox. */
  readonly receiptsRefused: number;
  /** Header lines of messages that could not be read. */
  readonly headersDropped: number;
  /** Callbacks of ours that threw. */
  readonly callbacksFailed: number;
}

/** Starting is senseless until an operator changes something. */
export class CannotTake extends Error {
  override readonly name = 'CannotTake';
}
