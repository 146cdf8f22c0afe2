import type { Message } from '../message/message.js';

/** What a format may look at. Not the headers: the body must come out the same when only the payload is read back. */
export type Occurrence = Omit<Message, 'headers'>;

/** What is sent of a message in one format. */
export interface Rendering {
  readonly contentType: string;
  readonly body: Uint8Array;
  /** What the format says in headers: name, value, name, value … */
  readonly headers?: readonly string[];
}

/** A shape of a request's body. Pure: the same message gives the same bytes, whoever they go to. */
export interface Format {
  /** One sentence for people. */
  readonly about: string;
  /** Webhooks at this host have this format unless they name one. */
  readonly host?: string;
  render(message: Occurrence): Rendering;
}
