import type { Load } from '../../domain/delivery/load.js';
import { Recent } from '../../recent.js';

/** Maximum number of overloaded receivers that are remembered. */
const MAX_REMEMBERED = 10_000;
/** Weight of each attempt in the estimate. */
const WEIGHT = 1 / 64;
/** Initial values of the estimate. */
const FIRST_SHARE = { refusing: 1 / 4, stalled: 1 / 16 };
/** Below this share, a receiver that has its whole limit again is forgotten. */
const NOTHING = 1 / 1024;

interface Slowed {
  limit: number;
  /** Estimated share of the attempts that end for lack of room. */
  share: number;
  /** The time at which a stalled request last lowered the limit, in monotonic milliseconds. */
  loweredAt: number;
}

export interface Ended {
  readonly load: Exclude<Load, 'unknown'>;
  readonly durationMs: number;
  /** Monotonic milliseconds. */
  readonly now: number;
}

/**
 * Lowers the limits of lanes whose receiver is overloaded. Each good answer restores a part of the limit. A limit falls
 * by the share of attempts that end for lack of room (as in DCTCP), so that failures unrelated to load cost little. A
 * refusal states that the receiver is overloaded, and counts for four. A stalled request is noticed late, and counts
 * only if it began after the limit was last lowered: with 2 % of requests that hang, the slots of the hanging requests
 * would otherwise lower the limit again and again, until hardly anything is sent. When each of them halved the limit,
 * it settled near ten, which is 32 requests per second.
 */
export class Slowdown {
  private readonly slowed = new Recent<number, Slowed>(MAX_REMEMBERED);

  /** If nothing bad is known about a receiver, a good answer changes nothing. */
  slows(webhookId: number): boolean {
    return this.slowed.get(webhookId) !== undefined;
  }

  limitOf(webhookId: number, max: number): number {
    return Math.min(max, this.slowed.get(webhookId)?.limit ?? max);
  }

  adapt(webhookId: number, ended: Ended, lane: { readonly max: number; readonly inFlight: number }): void {
    const known = this.slowed.get(webhookId);
    const { load } = ended;
    if (known === undefined && load === 'fine') return;
    const slowed = known ?? {
      // Many stalled requests are in flight because they stall, not because there is room for so many.
      limit: load === 'refusing' ? Math.max(1, lane.inFlight) : lane.max,
      share: load === 'refusing' ? FIRST_SHARE.refusing : FIRST_SHARE.stalled,
      loweredAt: Number.NEGATIVE_INFINITY,
    };
    change(slowed, ended);
    slowed.limit = Math.min(lane.max, Math.max(1, slowed.limit));
    if (slowed.limit === lane.max && slowed.share < NOTHING) this.slowed.delete(webhookId);
    else if (known === undefined) this.slowed.set(webhookId, slowed);
  }
}

function change(slowed: Slowed, { load, durationMs, now }: Ended): void {
  if (load === 'fine') slowed.limit += Math.max(1 / 16, 1 - 4 * slowed.share) / slowed.limit;
  else if (load === 'refusing') slowed.limit *= 1 - Math.min(1, 4 * slowed.share) / 2;
  else if (now - durationMs >= slowed.loweredAt) {
    slowed.limit *= 1 - slowed.share;
    slowed.loweredAt = now;
  }
  slowed.share += WEIGHT * ((load === 'fine' ? 0 : 1) - slowed.share);
}
