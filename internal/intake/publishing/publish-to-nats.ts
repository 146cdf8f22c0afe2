import { headers, type MsgHdrs, type NatsConnection } from 'nats';
import type { OverLimit } from '../../domain/limits/message-limits.js';
import type { Publication, PublishOutcome } from '../../domain/message/publication.js';
import { messageOf } from '../../errors.js';
import { publishConfirmed } from './publish-confirmed.js';
import { type Publisher, withinPatience } from './publisher.js';

export interface NatsPublisherDeps {
  /** The connection to publish on. Undefined while NATS is away. */
  connection(): NatsConnection | undefined;
  /** Whether a stream stores the message and acknowledges it. */
  readonly isAcknowledged: boolean;
  isReserved(subject: string): boolean;
  /** The limit of its space that refuses a message. It counts the message otherwise. */
  overLimit(publication: Publication): OverLimit | undefined;
  /** Whether a registered event covers the subject. */
  isCovered(subject: string): Promise<boolean>;
  isStopping(): boolean;
}

const AWAY: PublishOutcome = { outcome: 'away', server: 'NATS' };
const UNCONFIRMED: PublishOutcome = { outcome: 'unconfirmed', server: 'NATS' };
const SENT: PublishOutcome = { outcome: 'sent', isDuplicate: false };

/**
 * Publishes to NATS, so that other subscribers of the subject see the message too. hukz receives it from there like any
 * other message.
 */
export function makeNatsPublisher(deps: NatsPublisherDeps): Publisher {
  const send = async (connection: NatsConnection, publication: Publication): Promise<PublishOutcome> => {
    const { subject, payload } = publication;
    const options = { headers: natsHeaders(publication) };
    if (deps.isAcknowledged) {
      const { stream, seq: sequence, duplicate } = await connection.jetstream().publish(subject, payload, options);
      return { outcome: 'sent', isDuplicate: duplicate, position: { stream, sequence } };
    }
    await publishConfirmed(connection, subject, payload, options);
    return SENT;
  };

  return {
    async trouble() {
      if (deps.isStopping()) return { outcome: 'stopping' };
      return deps.connection() ? undefined : AWAY;
    },
    async publish(publication) {
      const { subject } = publication;
      if (deps.isReserved(subject)) return { outcome: 'reserved' };
      if (!(await deps.isCovered(subject))) return { outcome: 'unregistered' };
      const connection = deps.connection();
      if (!connection) return AWAY;
      const over = deps.overLimit(publication);
      if (over) return { outcome: 'limited', over };
      try {
        return (await withinPatience(send(connection, publication))) ?? UNCONFIRMED;
      } catch (error) {
        return failure(error);
      }
    },
  };
}

/** The codes of the client for failures after which the message may be in the stream, and for a message it refuses. */
const LATE = new Set(['TIMEOUT', 'CONNECTION_CLOSED', 'DISCONNECT']);
const TOO_LARGE = 'MAX_PAYLOAD_EXCEEDED';
const NO_STREAM = '503';

function failure(error: unknown): PublishOutcome {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (LATE.has(code)) return UNCONFIRMED;
  if (code === TOO_LARGE) return { outcome: 'refused', problem: 'NATS does not accept messages of this size' };
  if (code === NO_STREAM) return AWAY;
  return { outcome: 'refused', problem: messageOf(error) };
}

function natsHeaders({ headers: given }: Publication): MsgHdrs {
  const made = headers();
  for (const [name, value] of given) made.append(name, value);
  return made;
}
