import type { Message } from '../message/message.js';

/**
 * The parts of a message that a format may use. The headers are excluded, because the body must be the same when only
 * the payload is read back from the store.
 */
export type Occurrence = Omit<Message, 'headers'>;

/** The keys of the configuration that select the formats of chats. */
export const CHAT_SWITCHES = ['DEGA_TO_SLACK', 'DEGA_TO_GOOGLE_CHAT'] as const;
export type ChatSwitch = (typeof CHAT_SWITCHES)[number];

/** The content of a request for a message in one format. */
export interface Rendering {
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Headers of the format, as a flat list: name, value, name, value … */
  readonly headers?: readonly string[];
}

/**
 * A shape for the body of a request. A format is a pure function: the same message gives the same bytes for every
 * receiver.
 */
export interface Format {
  /** One sentence for the documentation. */
  readonly about: string;
  /** Webhooks at this host use this format unless they select one. */
  readonly host?: string;
  /** The configuration key that makes this format the one of its host, in place of the host's other format. */
  readonly enabledBy?: ChatSwitch;
  render(message: Occurrence): Rendering;
}
