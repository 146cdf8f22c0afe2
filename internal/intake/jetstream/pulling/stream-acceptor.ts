import type { Acceptor } from '../../acceptor.js';

/** Takes the messages of streams. */
export interface StreamAcceptor extends Pick<Acceptor, 'accept'> {
  /** A message, whose place in the stream with this mark orders deliveries of it, is stored and acknowledged. */
  acknowledged(stream: string, sequence: number): void;
}
