import {
  AckPolicy,
  DeliverPolicy,
  ErrorCode,
  type JetStreamManager,
  type Msg,
  type NatsConnection,
  NatsError,
  nanos,
} from 'nats';
import type { ClientBoundary } from '../../client-boundary.js';
import type { Incoming } from '../../incoming.js';
import { parseAckSubject, type StreamPosition } from '../stream-position.js';

export interface ProbeDeps {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly boundary: ClientBoundary;
}

export interface ProbedRange {
  readonly stream: string;
  readonly filter: string | undefined;
  /** The first and the last sequence, both included. */
  readonly from: number;
  readonly to: number;
}

/** A message of the stream without its payload. */
export interface ProbedMessage extends Pick<Incoming, 'subject' | 'headers'> {
  readonly position: StreamPosition;
}

const BATCH = 1000;
const ANSWER_MS = 5000;
/** The server removes the consumer after this time if an instance dies before it deletes the consumer. */
const FORGOTTEN_MS = 60_000;

/**
 * Reads the messages that a stream still contains, in parts. It uses its own consumer, which has no effect on others.
 */
export async function* probeStream(deps: ProbeDeps, range: ProbedRange): AsyncGenerator<readonly ProbedMessage[]> {
  const { stream, filter, from, to } = range;
  const { name } = await deps.manager.consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    headers_only: true,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: nanos(FORGOTTEN_MS),
    ...(filter === undefined ? {} : { filter_subject: filter }),
  });
  try {
    for (let isDone = false; !isDone; ) {
      const batch = await nextBatch(deps, `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`);
      const within = batch.filter(({ position }) => position.streamSequence <= to);
      isDone = batch.length < BATCH || within.length < batch.length;
      if (within.length > 0) yield within;
    }
  } finally {
    await deps.manager.consumers.delete(stream, name).catch(() => undefined);
  }
}

/** The messages that are immediately available. They are fewer than `BATCH` only at the stream's end. */
function nextBatch({ connection, boundary }: ProbeDeps, subject: string): Promise<readonly ProbedMessage[]> {
  return new Promise((resolve, reject) => {
    const batch: ProbedMessage[] = [];
    const inbox = boundary.newInbox();
    const end = (error?: Error) => {
      clearTimeout(timer);
      subscription.unsubscribe();
      if (error) reject(error);
      else resolve(batch);
    };
    const onMessage = (msg: Msg) => {
      const position = parseAckSubject(msg.reply ?? '');
      // A status ends the request, because there are no more messages.
      if (!position) return end();
      batch.push({ subject: msg.subject, headers: boundary.headersOf(msg), position });
      if (batch.length === BATCH) end();
    };
    const subscription = connection.subscribe(inbox, {
      callback: boundary.guarded((error, msg) => (error ? end(error) : onMessage(msg))),
    });
    const timer = setTimeout(() => end(new NatsError('TIMEOUT', ErrorCode.Timeout)), ANSWER_MS);
    connection.publish(subject, JSON.stringify({ batch: BATCH, no_wait: true }), { reply: inbox });
  });
}
