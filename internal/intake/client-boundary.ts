import { createInbox, type Msg, type NatsError } from 'nats';
import type { Header } from '../domain/message/message.js';
import { messageOf } from '../errors.js';
import { readHeaders } from './header-block.js';

/** How the client calls us back. */
export type ClientCallback = (error: NatsError | null, msg: Msg) => void;

export interface ClientBoundary {
  /** The callback of a subscription. */
  guarded(callback: ClientCallback): ClientCallback;
  /** A subject of its own on which the server answers us. */
  newInbox(): string;
  /** The headers that can be read; the others are counted. Does not throw. */
  headersOf(msg: Msg): readonly Header[];
  stats(): BoundaryStats;
}

export interface BoundaryStats {
  /** Header lines that could not be read. */
  readonly headersDropped: number;
  /** Callbacks of ours that threw. */
  readonly callbacksFailed: number;
  /** The last of its kind, in words. */
  readonly latest: { readonly headersDropped?: string; readonly callbacksFailed?: string };
}

const NO_HEADERS: readonly Header[] = [];

/**
 * The boundary to the NATS client: a throw in a callback of a subscription ends the client's reader for the whole
 * connection, and its own getter of headers throws on what any publisher may send.
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

/** What nats.js 2.29 keeps of a message: the header block is the beginning of its bytes. */
interface ClientMsg {
  readonly _msg: { readonly hdr: number };
  readonly _rdata: Uint8Array;
}

/** The bytes of a message's headers; undefined when it has none. A test fails when the client keeps them elsewhere. */
export function headerBlockOf(msg: Msg): Uint8Array | undefined {
  const { _msg, _rdata } = msg as unknown as ClientMsg;
  return _msg.hdr < 0 ? undefined : _rdata.subarray(0, _msg.hdr);
}
