import { Recent } from '../../recent.js';
import type { RateLimit } from '../matching/webhook-settings.js';

/**
 * The requests of each caller: at most so many at once, and from then on so many in a period. One number per caller is
 * kept, the moment from which it could send the whole number at once again; of many callers, those that did not ask for
 * long are forgotten.
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

  /** How many callers are remembered. */
  get size(): number {
    return this.restedAt.size;
  }

  /** 0, or the milliseconds after which the caller may ask. `now` is a monotonic time. */
  waitMs(caller: string, now: number): number {
    const rested = Math.max(now, this.restedAt.get(caller) ?? now);
    // In this order, nothing is left of the rounding of a time: a caller who is new waits for nothing.
    return Math.max(0, rested - now + this.everyMs - this.rate.perMs);
  }

  count(caller: string, now: number): void {
    this.restedAt.set(caller, Math.max(now, this.restedAt.get(caller) ?? now) + this.everyMs);
  }
}

/** The caller at an address. The owner of one IPv6 address has the 2^64 addresses of its network. */
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
