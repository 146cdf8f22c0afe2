import type { OverLimit } from '../limits/message-limits.js';
import type { Violation } from '../schema/event-schema.js';

/**
 * The acceptor's answer for a message, which is given when the acceptor has finished with the message. Each source
 * translates it: into a reply to a NATS request, or into an acknowledgement to a stream.
 */
export type Receipt =
  /**
   * The message is committed, with one delivery per webhook. `problem` is set when its routing headers are malformed,
   * so that no webhook receives the message.
   */
  | {
      readonly outcome: 'stored';
      readonly messageId: string;
      readonly webhooks: number;
      readonly problem: string | undefined;
      readonly isOrderedByStream: boolean;
    }
  /** The journal already contained the message. The stored id may be that of another publisher's message. */
  | { readonly outcome: 'duplicate'; readonly isOrderedByStream: boolean }
  /** No webhook receives the message, and messages without a webhook are not stored. */
  | { readonly outcome: 'unwanted'; readonly problem: string | undefined }
  /** No registered event covers the subject of the message. */
  | { readonly outcome: 'unregistered' }
  /** The subject belongs to the NATS server, to a reply or to the delivery events of hukz. */
  | { readonly outcome: 'reserved' }
  /** PostgreSQL can never store the message. */
  | { readonly outcome: 'refused'; readonly problem: string }
  /** The message breaks the schema of an event, and nothing was stored. Its publisher gets an answer. */
  | { readonly outcome: 'invalid'; readonly violation: Violation }
  /** The message breaks a schema, or could not be checked, and waits in quarantine. */
  | { readonly outcome: 'quarantined'; readonly messageId: string; readonly violation: Violation }
  /** The message was not stored because of a fault. */
  | { readonly outcome: 'failed' }
  /** The message was not accepted, because too much was waiting for the journal. */
  | { readonly outcome: 'overloaded' }
  /** The message was not accepted, because it exceeds a limit of the space that it names. */
  | { readonly outcome: 'limited'; readonly over: OverLimit };

/** Whether a receipt is final. Otherwise, a source that can deliver the message again has to do so. */
const IS_FINAL: Readonly<Record<Receipt['outcome'], boolean>> = {
  stored: true,
  duplicate: true,
  unwanted: true,
  unregistered: true,
  reserved: true,
  refused: true,
  invalid: true,
  quarantined: true,
  failed: false,
  overloaded: false,
  limited: false,
};

/** Whether the source may forget the message, because the message is committed or can never be. */
export const isFinal = ({ outcome }: Receipt): boolean => IS_FINAL[outcome];

/**
 * Whether the message has deliveries whose order follows from its place in the stream, once it is acknowledged there.
 */
export const isOrderedByStream = (receipt: Receipt): boolean =>
  'isOrderedByStream' in receipt && receipt.isOrderedByStream;
