import { createInbox, type Msg, type NatsError } from 'nats';
import type { Header } from '../domain/message/message.js';
import { messageOf } from '../errors.js';
import { readHeaders } from './header-block.js';

/** The signature of the callbacks that the client calls. */
export type ClientCallback = (error: NatsError | null, msg: Msg) => void;

export interface ClientBoundary {
  /** Makes the callback of a subscription. */
  guarded(callback: ClientCallback): ClientCallback;
  /** A separate subject on which the server answers hukz. */
  newInbox(): string;
  /** The readable headers. The others are counted. Does not throw. */
  headersOf(msg: Msg): readonly Header[];
  stats(): BoundaryStats;
}

export interface BoundaryStats {
  /** Number of header lines that could not be read. */
  readonly headersDropped: number;
  /** Number of our callbacks that threw. */
  readonly callbacksFailed: number;
  /** The last failure of each kind, in words. */
  readonly latest: { readonly headersDropped?: string; readonly callbacksFailed?: string };
}

const NO_HEADERS: readonly Header[] = [];

/**
 * The boundary to the NATS client: an exception in a callback of a subscription ends the client's reader for the whole
 * connection, and the client's own getter of headers throws on bytes that any publisher may send.
 */
export function makeClientBoundary(inboxPrefix?: string): ClientBoundary {
  const count = { headersDropped: 0, callbacksFailed: 0 };
  const latest: { headersDropped?: string; callbacksFailed?: string } = {};
  return {
    guarded: (callback) => (error, msg) => {
      try {
        callback(error, msg);
      } catch (thrown) {
        count.callbacksFailed++;
        latest.callbacksFailed = messageOf(thrown);
      }
    },
    newInbox: () => createInbox(inboxPrefix),
    headersOf(msg) {
      const block = headerBlockOf(msg);
      if (block === undefined) return NO_HEADERS;
      const headers: Header[] = [];
      const dropped = readHeaders(block, headers);
      if (dropped > 0) {
        count.headersDropped += dropped;
        latest.headersDropped = msg.subject;
      }
      return headers;
    },
    stats: () => ({ ...count, latest }),
  };
}

/** The fields of a message in nats.js 2.29: the header block is the beginning of its bytes. */
interface ClientMsg {
  readonly _msg: { readonly hdr: number };
  readonly _rdata: Uint8Array;
}

/** The bytes of a message's headers. Undefined if it has none. A test fails if the client stores them elsewhere. */
export function headerBlockOf(msg: Msg): Uint8Array | undefined {
  const { _msg, _rdata } = msg as unknown as ClientMsg;
  return _msg.hdr < 0 ? undefined : _rdata.subarray(0, _msg.hdr);
}
