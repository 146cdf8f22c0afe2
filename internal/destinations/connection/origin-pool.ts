import type { Client } from 'undici';
import { MAX_HEADER_BYTES } from '../http/limits.js';
import { Connection } from './connection.js';
import type { OriginConnector } from './connector.js';

export interface PoolOptions {
  /** An unused connection is closed after this time … */
  readonly keepAliveMs: number;
  /** … or after the time that the receiver requests with `Keep-Alive`, up to this maximum. */
  readonly keepAliveMaxMs: number;
}

export interface PoolPlace {
  readonly origin: string;
  /**
   * Identifies the connections that may share a pool: the origin, and the connection path where it is not the default.
   */
  readonly key: string;
}

/**
 * The connections to one origin. A client is one connection with at most one request at a time. The most recently used
 * connection is taken first, so that the others become idle and close. undici's own Pool learns that a client is free
 * only one turn of the event loop later, so it opens up to twice as many sockets as there are requests, and it searches
 * all of them each time.
 */
export class OriginPool {
  /** Number of requests that undici has not released. A pool with such requests is never evicted. */
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
      // undici's timeouts limit only idle time, and not the total; see exchange.ts.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMaxMs,
    };
  }

  get idleSockets(): number {
    return this.idle.length;
  }

  acquire(): Connection {
    return this.idle.pop() ?? this.acquireFresh();
  }

  /** Returns a connection that is not established yet. When an idle connection has died, the others may be dead too. */
  acquireFresh(): Connection {
    const connection = new Connection(this.place.origin, this.settings, this.connector);
    connection.client.on('disconnect', () => this.forget(connection));
    return connection;
  }

  putBack(connection: Connection): void {
    if (this.closed) this.drop(connection);
    else this.idle.push(connection);
  }

  drop(connection: Connection): void {
    void connection.client.destroy();
  }

  /** Closes idle connections at once, and the others when they are returned. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.idle.splice(0).map(({ client }) => client.destroy()));
  }

  /** Called when the idle time is over, or when the receiver has closed the connection. */
  private forget(connection: Connection): void {
    const at = this.idle.indexOf(connection);
    if (at < 0) return;
    this.idle.splice(at, 1);
    this.drop(connection);
  }
}
