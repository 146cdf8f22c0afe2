import type { Socket } from 'node:net';
import { KnownFault } from './connect-error.js';

/** Called once, never in the call that asked: with a socket that is ready to be written to, or why there is none. */
export type Opened = (error: Error | null, socket: Socket | null) => void;

/** A connection on its way. Whatever comes first ends it: the socket, an error, the end of its time, nobody's interest. */
export class Opening {
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private over = false;
  private handshaking = false;

  constructor(private readonly opened: Opened) {}

  /** False once it has ended: what is done for it then is done for nothing. */
  get isOpen(): boolean {
    return !this.over;
  }

  /** Whether TCP was up when it ended, and nobody gave it up: what failed is TLS. */
  get isInHandshake(): boolean {
    return this.handshaking;
  }

  /** TCP is up, and TLS begins. */
  shakeHands(): void {
    this.handshaking = !this.over;
  }

  /** From now on this socket is the connection, and its end the connection's; one before it is no more. */
  use(socket: Socket, explain: (error: Error) => Error = (error) => error): void {
    this.socket = socket;
    const failed = (error: Error) => this.socket === socket && this.fail(explain(error));
    socket.on('error', failed);
    socket.once('close', () => failed(new KnownFault('connect', 'closed while connecting')));
  }

  /** What lasts longer is a failure. */
  within(ms: number, failure: () => Error): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fail(failure()), ms);
  }

  succeed(): void {
    if (this.socket && this.end()) this.opened(null, this.socket);
  }

  fail(error: Error): void {
    if (!this.end()) return;
    this.socket?.destroy();
    this.opened(error, null);
  }

  abandon(): void {
    this.handshaking = false;
    this.fail(new KnownFault('local_fault', 'given up while connecting'));
  }

  private end(): boolean {
    clearTimeout(this.timer);
    const isFirst = !this.over;
    this.over = true;
    return isFirst;
  }
}
