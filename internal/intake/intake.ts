import type { NatsConnection } from 'nats';
import type { Degradation } from '../domain/streams/degradation.js';

/** The guarantee for messages and its start, in the words of the start line, `/health/ready` and the metrics. */
export type IntakeGuarantee = 'at least once from the commit on' | 'at least once from the stream on';

/** The intake from NATS, in one of two forms: subscriptions of core NATS, or our own stream. */
export interface Intake {
  readonly guarantee: IntakeGuarantee;
  /** Resolves when messages are received, or when NATS is awaited. Rejects if waiting cannot help. */
  start(): Promise<void>;
  /** Makes the subscriptions follow the catalog. Resolves when the server has confirmed them. */
  reconcile(): Promise<void>;
  /** @throws {AppError} if the event's messages could not be received (`insteadOf`: the subject that it replaces) */
  admitEvent(event: Admission, insteadOf?: string): Promise<void>;
  /** The reason why no messages can arrive now. */
  connectionProblem(): string | undefined;
  /** Publishes a message to NATS at most once. Returns false while there is no connection. */
  publish(subject: string, payload: string): boolean;
  /** Number of messages below this prefix of hukz that were published, and refused for want of a permission. */
  refusedBelow(prefix: string): number;
  /** The connection to publish on with a confirmation. Undefined while there is none. */
  connection(): NatsConnection | undefined;
  /** The registered events whose messages do not arrive, or not as they should. It is called every second. */
  degraded(): readonly Degradation[];
  /**
   * The sequence up to which all messages that a stream (named by its mark) has for hukz are acknowledged, and
   * therefore committed. `known` is a committed sequence of the stream. 'unread' means that hukz reads no such stream,
   * and undefined means that the stream cannot be queried now.
   */
  acknowledgedUpTo(stream: string, known: number): Promise<number | 'unread' | undefined>;
  /**
   * Deletes the copies of these messages in our stream, and has them overwritten. Messages of other streams are left
   * out. Returns the reason why that was not possible; the promise never rejects.
   */
  eraseCopies(messageIds: readonly string[]): Promise<string | undefined>;
  stats(): IntakeStats;
  /** Stops receiving messages. Resolves when all accepted messages are committed. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** The properties that decide whether an event can be received. */
export interface Admission {
  readonly subject: string;
  /** Whether no service answers requests on the subject. */
  readonly publishOnly: boolean;
}

export interface IntakeStats {
  /** Number of active subscriptions, or of consumers that are read. */
  readonly subscriptions: number;
  /** Number of messages in the stream that were not delivered to any instance yet. */
  readonly streamPending: number;
  /** Number of messages that were evicted unread. */
  readonly streamGap: number;
  /** Number of times that a stream or consumer was gone and had to be made again. */
  readonly streamLost: number;
  /** Number of times that a stream was read again because the database had lost acknowledged messages. */
  readonly journalWentBack: number;
  /** Number of requests whose reply subject is no inbox. */
  readonly receiptsRefused: number;
  /** Number of header lines that could not be read. */
  readonly headersDropped: number;
  /** Number of our callbacks that threw. */
  readonly callbacksFailed: number;
}

/** hukz cannot start until an operator changes something. */
export class UnusableNats extends Error {
  override readonly name = 'UnusableNats';
}
