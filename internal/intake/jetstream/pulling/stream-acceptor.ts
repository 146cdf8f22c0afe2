import type { Acceptor } from '../../acceptor.js';

/** Accepts the messages of streams. */
export interface StreamAcceptor extends Pick<Acceptor, 'accept'> {
  /** Reports an acknowledged message, whose place in the stream with this mark orders its deliveries. */
  acknowledged(stream: string, sequence: number): void;
}
