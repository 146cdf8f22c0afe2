import type { Clock } from '../../../clock.js';

/**
 * Time during which a server that fails on resumed sessions is offered none. Each one would cost a connection and a
 * repeated request.
 */
const OFF_MS = 10 * 60_000;

/** The TLS session that makes the next connection to one origin by one connection path faster. */
export class TlsSessions {
  private session: Buffer | undefined;
  private offUntil = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    /** Called when sessions are disabled for the origin. */
    private readonly onRefused: () => void,
  ) {}

  /** The session to offer on a new connection. */
  get latest(): Buffer | undefined {
    return this.session;
  }

  readonly store = (session: Buffer): void => {
    if (this.clock.monotonic() >= this.offUntil) this.session = session;
  };

  /** Called when a connection that offered a session has failed. */
  readonly refused = (): void => {
    const now = this.clock.monotonic();
    if (now >= this.offUntil) this.onRefused();
    this.session = undefined;
    this.offUntil = now + OFF_MS;
  };
}
