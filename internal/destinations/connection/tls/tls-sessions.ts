import type { Clock } from '../../../clock.js';

/** A server that fails on resumed sessions gets none offered for so long: each would cost a connection and a request sent twice. */
const OFF_MS = 10 * 60_000;

/** The TLS session by which the next connection to one origin by one route is made faster. */
export class TlsSessions {
  private session: Buffer | undefined;
  private offUntil = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    /** Called when the origin is offered no session from now on. */
    private readonly onRefused: () => void,
  ) {}

  /** To be offered by a new connection. */
  get latest(): Buffer | undefined {
    return this.session;
  }

  readonly keep = (session: Buffer): void => {
    if (this.clock.monotonic() >= this.offUntil) this.session = session;
  };

  /** A connection that offered a session has failed. */
  readonly refused = (): void => {
    const now = this.clock.monotonic();
    if (now >= this.offUntil) this.onRefused();
    this.session = undefined;
    this.offUntil = now + OFF_MS;
  };
}
