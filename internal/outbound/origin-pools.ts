import { type ConnectorOptions, makeConnectors } from './connector.js';
import { OriginPool, type PoolOptions } from './origin-pool.js';

export interface OriginPoolsOptions extends PoolOptions, Omit<ConnectorOptions, 'onOpen'> {
  readonly maxOrigins: number;
  readonly maxIdleSockets: number;
}

/** One pool an origin, the least recently used first; bounds on their number and on the sockets that wait in them. */
export class OriginPools {
  private readonly byOrigin = new Map<string, OriginPool>();
  private readonly connectors;
  private newest: OriginPool | undefined;
  private running = 0;

  constructor(private readonly options: OriginPoolsOptions) {
    this.connectors = makeConnectors({ ...options, onOpen: () => this.closeIdleSockets() });
  }

  get origins(): number {
    return this.byOrigin.size;
  }

  get sockets(): number {
    return this.connectors.openSockets();
  }

  /** The pool, with one more request running on it. */
  acquire(origin: string): OriginPool {
    const pool = this.newest?.origin === origin ? this.newest : this.touch(origin);
    pool.running += 1;
    this.running += 1;
    return pool;
  }

  release(pool: OriginPool): void {
    pool.running -= 1;
    this.running -= 1;
  }

  async close(): Promise<void> {
    const pools = [...this.byOrigin.values()];
    this.byOrigin.clear();
    this.newest = undefined;
    const closed = Promise.all(pools.map((pool) => pool.close()));
    this.connectors.abandon();
    await closed;
  }

  private touch(origin: string): OriginPool {
    const known = this.byOrigin.get(origin);
    if (known) this.byOrigin.delete(origin);
    else while (this.byOrigin.size >= this.options.maxOrigins && this.evict(() => true));
    const pool = known ?? new OriginPool(origin, this.connectors, this.options);
    this.byOrigin.set(origin, pool);
    this.newest = pool;
    return pool;
  }

  /** Idle sockets of busy origins stay: they are few, and their own timer closes them. */
  private closeIdleSockets(): void {
    if (this.sockets - this.running > this.options.maxIdleSockets) this.evict((pool) => pool.idleSockets > 0);
  }

  /** When each origin has requests running the bound is exceeded for a while rather than a request cut off. */
  private evict(fits: (pool: OriginPool) => boolean): boolean {
    for (const pool of this.byOrigin.values()) {
      if (pool.running > 0 || !fits(pool)) continue;
      this.byOrigin.delete(pool.origin);
      if (this.newest === pool) this.newest = undefined;
      void pool.close();
      return true;
    }
    return false;
  }
}
