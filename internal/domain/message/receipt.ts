/**
 * The result of handing a message to the acceptor, given when nothing more will be done with the message. Each source makes its own
 * answer of it: a reply to a NATS request, an acknowledgement to a stream.
 */
export type Receipt =
  /** Committed, with one delivery per webhook. `problem` is why its routing headers are malformed, so that no webhook gets it. */
  | {
      readonly outcome: 'stored';
      readonly messageId: string;
      readonly webhooks: number;
      readonly problem: string | undefined;
      readonly isOrderedByStream: boolean;
    }
  /** The journal had it already. Its id there may be that of another publisher's message. */
  | { readonly outcome: 'duplicate'; readonly isOrderedByStream: boolean }
  /** No webhook receives it, and messages without a webhook are not stored. */
  | { readonly outcome: 'unwanted'; readonly problem: string | undefined }
  /** No registered event covers its subject. */
  | { readonly outcome: 'unregistered' }
  /** Its subject belongs to the NATS server, to a reply or to the results of hukz. */
  | { readonly outcome: 'reserved' }
  /** PostgreSQL can never store it. */
  | { readonly outcome: 'refused'; readonly problem: string }
  /** Not stored because of a fault. */
  | { readonly outcome: 'failed' }
  /** Not taken, because too much was waiting for the journal. */
  | { readonly outcome: 'overloaded' };

/** A source that can deliver again has to, unless this is true. */
const IS_FINAL: Readonly<Record<Receipt['outcome'], boolean>> = {
  stored: true,
  duplicate: true,
  unwanted: true,
  unregistered: true,
  reserved: true,
  refused: true,
  failed: false,
  overloaded: false,
};

/** Whether the message may be forgotten by its source: it is committed, or it never will be. */
export const isFinal = ({ outcome }: Receipt): boolean => IS_FINAL[outcome];

/** Whether the message has deliveries that get their order from its place in the stream, once it is acknowledged there. */
export const isOrderedByStream = (receipt: Receipt): boolean =>
  'isOrderedByStream' in receipt && receipt.isOrderedByStream;
