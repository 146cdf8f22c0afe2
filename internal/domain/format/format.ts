import type { Message } from '../message.js';

/** A shape of a request's body. Pure: the same message gives the same bytes, whoever they go to. */
export interface Format {
  contentType(message: Message): string;
  render(message: Message): Uint8Array;
  /** What this format says in headers: name, value, name, value … */
  headers?(message: Message): readonly string[];
}
