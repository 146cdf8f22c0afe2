import type { Clock } from '../../clock.js';
import { makeConnectors } from './connector.js';
import type { ConnectionPath, Opener } from './opener.js';
import { OriginPool, type PoolOptions, type PoolPlace } from './origin-pool.js';

export interface OriginPoolsOptions extends PoolOptions {
  readonly opener: Opener;
  readonly clock: Clock;
  readonly maxOrigins: number;
  readonly maxIdleSockets: number;
}

const DEFAULT_PATH: ConnectionPath = {};

/**
 * One pool per origin and connection path, with the least recently used first. The number of pools and the number of
 * idle sockets are bounded.
 */
export class OriginPools {
  private readonly byKey = new Map<string, OriginPool>();
  private readonly connectors;
  private newest: OriginPool | undefined;
  private running = 0;

  constructor(private readonly options: OriginPoolsOptions) {
    this.connectors = makeConnectors({
      opener: options.opener,
      clock: options.clock,
      onOpen: () => this.closeIdleSockets(),
    });
  }

  get origins(): number {
    return this.byKey.size;
  }

  get sockets(): number {
    return this.connectors.openSockets();
  }

  get sessionsRefused(): number {
    return this.connectors.sessionsRefused();
  }

  /** Returns the pool and counts one more running request in it. */
  acquire(origin: string, connectionPath: ConnectionPath = DEFAULT_PATH): OriginPool {
    const key = keyOf(origin, connectionPath);
    const pool = this.newest?.place.key === key ? this.newest : this.touch({ origin, key }, connectionPath);
    pool.running += 1;
    this.running += 1;
    return pool;
  }

  release(pool: OriginPool): void {
    pool.running -= 1;
    this.running -= 1;
  }

  async close(): Promise<void> {
    const pools = [...this.byKey.values()];
    this.byKey.clear();
    this.newest = undefined;
    const closed = Promise.all(pools.map((pool) => pool.close()));
    this.connectors.abandon();
    await closed;
  }

  private touch(place: PoolPlace, connectionPath: ConnectionPath): OriginPool {
    const known = this.byKey.get(place.key);
    if (known) this.byKey.delete(place.key);
    else while (this.byKey.size >= this.options.maxOrigins && this.evict(() => true));
    const pool = known ?? new OriginPool(place, this.connectors.forOrigin(connectionPath), this.options);
    this.byKey.set(place.key, pool);
    this.newest = pool;
    return pool;
  }

  /** Closes idle sockets of unused origins. Those of busy origins are few, and their own timer closes them. */
  private closeIdleSockets(): void {
    if (this.sockets - this.running > this.options.maxIdleSockets) this.evict((pool) => pool.idleSockets > 0);
  }

  /**
   * When every origin has running requests, the bound is exceeded for a while, because the alternative is to cut off a
   * request.
   */
  private evict(fits: (pool: OriginPool) => boolean): boolean {
    for (const pool of this.byKey.values()) {
      if (pool.running > 0 || !fits(pool)) continue;
      this.byKey.delete(pool.place.key);
      if (this.newest === pool) this.newest = undefined;
      void pool.close();
      return true;
    }
    return false;
  }
}

/** The key contains the proxy's credentials, so it must not be shown. */
function keyOf(origin: string, { tls, proxy }: ConnectionPath): string {
  return tls || proxy ? JSON.stringify([origin, tls?.id, proxy]) : origin;
}
