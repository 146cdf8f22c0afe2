import { ErrorCode, NatsError } from 'nats';
import type { DegradationReason } from '../../domain/streams/degradation.js';
import { messageOf } from '../../errors.js';

/**
 * NATS or a stream refuses something that an event needs, until an operator changes the server or the configuration of
 * hukz.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly reason: DegradationReason,
    /** One sentence with the problem and its solution. */
    problem: string,
  ) {
    super(problem);
  }
}

/** Without a connection, every request fails, and none of these failures says anything about a stream. */
const UNCONNECTED = new Set<string>([
  ErrorCode.ConnectionClosed,
  ErrorCode.ConnectionDraining,
  ErrorCode.ConnectionRefused,
  ErrorCode.Disconnect,
]);

/**
 * Converts the server's answer about one stream or consumer to a refusal.
 * @throws any error that is no such answer: a connection that is gone, or an error that does not come from NATS
 */
export function refusalOf(error: unknown, reason: DegradationReason, asked: string): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof NatsError) || UNCONNECTED.has(error.code)) throw error;
  if (error.code === ErrorCode.PermissionsViolation) return new Refusal(reason, notPermitted(asked));
  return new Refusal(reason, `The server refuses ${asked} (${messageOf(error)}): ${adviceFor(error)}.`);
}

/** The message for an error that prevents access to the streams. */
export function serverTextOf(error: unknown): string {
  try {
    return refusalOf(error, 'stream_refused', 'to list its streams').message;
  } catch {
    return messageOf(error);
  }
}

export function apiCodeOf(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

const STREAM_NOT_FOUND = 10_059;
const CONSUMER_NOT_FOUND = 10_014;

/** Whether the server does not know the stream or the consumer. */
export function isNotFound(error: unknown): boolean {
  const code = apiCodeOf(error);
  return code === STREAM_NOT_FOUND || code === CONSUMER_NOT_FOUND;
}

/** Whether the error is no answer to the request, so that the request may be repeated later. */
export function isOutOfReach(error: NatsError): boolean {
  const isAway = error.code === ErrorCode.Timeout || error.code === ErrorCode.NoResponders;
  return isAway || UNCONNECTED.has(error.code) || NO_JETSTREAM.has(apiCodeOf(error) ?? 0);
}

/** The API codes of a server or an account without JetStream, and of a cluster without a leader. */
const NO_JETSTREAM = new Set([10_008, 10_009, 10_039, 10_076]);

/** The configuration keys and server limits behind the codes of the JetStream API. */
const ADVICE: ReadonlyMap<number, string> = new Map([
  [10_008, 'check that enough servers of the cluster are running'],
  [10_009, 'check that enough servers of the cluster are running'],
  [10_039, 'enable JetStream for the account of hukz'],
  [10_076, 'start the server with JetStream'],
  [10_002, 'raise the limits of the account of hukz'],
  [10_005, 'lower STREAM_REPLICAS, or add servers to the cluster'],
  [10_023, 'give JetStream more resources'],
  [10_026, 'raise max_consumers of the account or the stream, or delete consumers that are not used'],
  [10_027, 'raise max_streams of the account, or delete streams that are not used'],
  [10_028, 'give JetStream more memory'],
  [10_047, 'lower STREAM_MAX_BYTES, or give JetStream more storage'],
  [10_065, 'take the subject out of one of the two streams'],
  [10_074, 'set STREAM_REPLICAS=1, or use a NATS cluster'],
  [10_093, 'let the stream hold the subject again, or use nats-server 2.10 or newer'],
  [10_113, 'set STREAM_MAX_BYTES'],
  [10_121, 'lower MAX_ACK_PENDING'],
  [10_122, 'lower STREAM_MAX_BYTES'],
]);

/** One code covers every invalid value in a stream's configuration. Only the message shows which value is meant. */
const ADVICE_BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/duplicates? window/i, 'lower DUPLICATE_WINDOW'],
  [/sealed/i, 'a sealed stream accepts no messages: delete it, or set NATS_STREAM to another name'],
  [/replicas/i, 'lower STREAM_REPLICAS'],
  [/max(imum)? age/i, 'change STREAM_MAX_AGE'],
  [/max(imum)? bytes/i, 'change STREAM_MAX_BYTES'],
  [/mirror/i, 'a mirror has no subjects of its own: set NATS_STREAM to another name'],
];

/** The forbidden subject is in the log line of the NATS error, because only the operator needs it. */
const notPermitted = (asked: string) =>
  `The server refuses ${asked}, because the NATS user of hukz lacks a permission: docs/nats-permissions.md lists what it needs.`;

function adviceFor(error: NatsError): string {
  if (error.code === ErrorCode.Timeout || error.code === ErrorCode.NoResponders)
    return 'check that JetStream is enabled for the account of hukz and has a leader';
  const byText = ADVICE_BY_TEXT.find(([pattern]) => pattern.test(error.message))?.[1];
  return ADVICE.get(apiCodeOf(error) ?? 0) ?? byText ?? 'change the stream or the limits of the server';
}
