import type { Header } from '../domain/message/message.js';

/** A message as it comes from NATS, whichever way. Its payload is a window into a socket's buffer: copy what you keep. */
export interface Incoming {
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly payload: Uint8Array;
  /** What stays the same when it is delivered again: from its stream. Else it is given an id here. */
  readonly identity?: {
    readonly id: string;
    readonly receivedAt: number;
    /** The stream's mark, and where it stands in it. */
    readonly stream: string;
    readonly sequence: number;
  };
  /** Present when the publisher asked us for an answer (`Hukz-Receipt`). */
  readonly answer?: (text: string) => void;
  /** Called once, when we are done with it: stored (or never to be), or else it has to come again. */
  readonly done?: (stored: boolean) => void;
}
