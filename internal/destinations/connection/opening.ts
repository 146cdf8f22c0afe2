import type { Socket } from 'node:net';
import { DescribedFault } from './connect-error.js';

/** Called once and never synchronously: with a socket that can be written to, or with the reason why there is none. */
export type Opened = (error: Error | null, socket: Socket | null) => void;

/**
 * A connection that is being established. The first of these events ends it: the socket, an error, the timeout or a
 * cancellation.
 */
export class Opening {
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private over = false;
  private handshaking = false;

  constructor(private readonly opened: Opened) {}

  /** False once it has ended. Any further work for it would be useless. */
  get isOpen(): boolean {
    return !this.over;
  }

  /** Whether TCP was established when it ended, and it was not cancelled. The failure is then one of TLS. */
  get isInHandshake(): boolean {
    return this.handshaking;
  }

  /** Called when TCP is established and TLS begins. */
  shakeHands(): void {
    this.handshaking = !this.over;
  }

  /**
   * Makes this socket the connection, so that the end of the socket ends the connection. The previous socket no longer
   * counts.
   */
  use(socket: Socket, explain: (error: Error) => Error = (error) => error): void {
    this.socket = socket;
    const failed = (error: Error) => this.socket === socket && this.fail(explain(error));
    socket.on('error', failed);
    socket.once('close', () => failed(new DescribedFault('connect', 'closed while connecting')));
  }

  /** Sets a timeout, after which the connection fails. */
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
    this.fail(new DescribedFault('local_fault', 'given up while connecting'));
  }

  private end(): boolean {
    clearTimeout(this.timer);
    const isFirst = !this.over;
    this.over = true;
    return isFirst;
  }
}
