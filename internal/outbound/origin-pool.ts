import { Client, type Dispatcher, Pool } from 'undici';
import type { Connectors, OriginConnector } from './connector.js';
import { MAX_HEADER_BYTES } from './limits.js';

export interface PoolOptions {
  /** An unused connection is closed after this time … */
  readonly keepAliveMs: number;
  /** … or after what the receiver asks for with `Keep-Alive`, up to this. */
  readonly keepAliveMaxMs: number;
}

/** The connections to one origin. undici's own timers are off: they watch idleness, not the whole (see exchange.ts). */
export class OriginPool {
  /** Requests that undici still holds; a pool that has any is never evicted. */
  running = 0;
  private readonly pool: Pool;
  private readonly connector: OriginConnector;
  private readonly settings: Client.Options;

  constructor(
    readonly origin: string,
    private readonly connectors: Connectors,
    options: PoolOptions,
  ) {
    this.settings = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMaxMs,
    };
    this.connector = connectors.forOrigin();
    this.pool = new Pool(origin, { ...this.settings, connect: this.connector.connect });
  }

  /** Whether a request that is written at this moment goes out on a socket that was never used before. */
  get isHandingOver(): boolean {
    return this.connector.isHandingOver();
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.pool.dispatch(options, handler);
  }

  /** On a connection of its own: the pool's other idle ones may be as dead as the one that failed. */
  dispatchAlone(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    const client = new Client(this.origin, { ...this.settings, connect: this.connectors.forOrigin().connect });
    client.dispatch({ ...options, reset: true }, handler);
    void client.close();
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  destroy(): Promise<void> {
    return this.pool.destroy();
  }
}
