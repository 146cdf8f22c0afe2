import { Recent } from '../../recent.js';
import type { RateLimit } from '../matching/webhook-settings.js';

/**
 * Limits the requests of each caller: a burst up to the configured count, then that count per period. One number is
 * kept per caller, the moment from which the caller may send a full burst again. When there are many callers, the
 * entries of those that have been silent longest are dropped.
 */
export class CallerRates {
  private readonly restedAt: Recent<string, number>;
  private readonly everyMs: number;

  constructor(
    private readonly rate: RateLimit,
    maxCallers: number,
  ) {
    this.restedAt = new Recent(maxCallers);
    this.everyMs = rate.perMs / rate.count;
  }

  /** Number of callers that are remembered. */
  get size(): number {
    return this.restedAt.size;
  }

  /** Returns 0, or the milliseconds after which the caller may send a request. `now` is a monotonic time. */
  waitMs(caller: string, now: number): number {
    const rested = Math.max(now, this.restedAt.get(caller) ?? now);
    // The order of these operations avoids a rounding error, so that a new caller does not have to wait.
    return Math.max(0, rested - now + this.everyMs - this.rate.perMs);
  }

  /** The requests that the caller may send now, and the milliseconds after which it may send a full burst again. */
  left(caller: string, now: number): { readonly requests: number; readonly fullInMs: number } {
    const fullInMs = Math.max(0, (this.restedAt.get(caller) ?? now) - now);
    return { requests: Math.max(0, Math.floor((this.rate.perMs - fullInMs) / this.everyMs)), fullInMs };
  }

  count(caller: string, now: number): void {
    this.restedAt.set(caller, Math.max(now, this.restedAt.get(caller) ?? now) + this.everyMs);
  }
}

/** Identifies the caller at an address. The owner of one IPv6 address has all 2^64 addresses of its network. */
export function callerAt(address: string): string {
  const text = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/s, '');
  if (!text.includes(':')) return text;
  const [head = '', tail = ''] = text.split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === '' ? 0 : tail.split(':').length;
  const missing = text.includes('::') ? Math.max(0, 8 - groups.length - behind) : 0;
  const whole = [...groups, ...Array<string>(missing).fill('0'), ...(tail === '' ? [] : tail.split(':'))];
  return `${whole.slice(0, 4).join(':')}::/64`;
}
