import type { Client } from 'undici';
import { MAX_HEADER_BYTES } from '../http/limits.js';
import { Connection } from './connection.js';
import type { OriginConnector } from './connector.js';

export interface PoolOptions {
  /** An unused connection is closed after this time … */
  readonly keepAliveMs: number;
  /** … or after what the receiver asks for with `Keep-Alive`, up to this. */
  readonly keepAliveMaxMs: number;
}

export interface PoolPlace {
  readonly origin: string;
  /** What its connections have in common: the origin, and the route to it where that is not the usual one. */
  readonly key: string;
}

/**
 * The connections to one origin: a client is one connection with at most one request on it. The one used last is taken
 * first, so that the others grow idle and close. undici's own Pool knows a client to be free only a turn of the event
 * loop later, so that it opens up to twice as many sockets as there are requests, and it searches all of them each time.
 */
export class OriginPool {
  /** Requests that undici still holds; a pool that has any is never evicted. */
  running = 0;
  private readonly idle: Connection[] = [];
  private readonly settings: Client.Options;
  private closed = false;

  constructor(
    readonly place: PoolPlace,
    private readonly connector: OriginConnector,
    options: PoolOptions,
  ) {
    this.settings = {
      maxHeaderSize: MAX_HEADER_BYTES,
      // They watch idleness, not the whole: see exchange.ts.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMaxMs,
    };
  }

  get idleSockets(): number {
    return this.idle.length;
  }

  take(): Connection {
    return this.idle.pop() ?? this.takeFresh();
  }

  /** One that is not connected yet: when an idle connection has died, the others may be as dead. */
  takeFresh(): Connection {
    const connection = new Connection(this.place.origin, this.settings, this.connector);
    connection.client.on('disconnect', () => this.forget(connection));
    return connection;
  }

  giveBack(connection: Connection): void {
    if (this.closed) this.drop(connection);
    else this.idle.push(connection);
  }

  drop(connection: Connection): void {
    void connection.client.destroy();
  }

  /** Closes what is idle at once, the rest when it is given back. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.idle.splice(0).map(({ client }) => client.destroy()));
  }

  /** Its idle time is over, or the receiver closed it. */
  private forget(connection: Connection): void {
    const at = this.idle.indexOf(connection);
    if (at < 0) return;
    this.idle.splice(at, 1);
    this.drop(connection);
  }
}
