import type { Load } from '../../domain/delivery/load.js';
import { Recent } from '../../recent.js';

/** Overloaded receivers that are remembered. */
const MAX_REMEMBERED = 10_000;
/** Part of the estimate that each attempt makes up. */
const WEIGHT = 1 / 64;
/** What the estimate begins with. */
const FIRST_SHARE = { refusing: 1 / 4, stalled: 1 / 16 };
/** Below this share a receiver that has its whole limit again is forgotten. */
const NOTHING = 1 / 1024;

interface Slowed {
  limit: number;
  /** Estimate of the part of the attempts that end for lack of room. */
  share: number;
  /** When a request that stalled lowered the limit last, in monotonic milliseconds. */
  loweredAt: number;
}

export interface Ended {
  readonly load: Exclude<Load, 'unknown'>;
  readonly durationMs: number;
  /** Monotonic, milliseconds. */
  readonly now: number;
}

/**
 * Lower limits of lanes whose receiver is overloaded; each good answer gives a part back. A limit falls by the share of
 * attempts that end for lack of room (as in DCTCP), so that a part of them that has nothing to do with load costs little.
 * A refusal says that it is load, and counts for four. A request that stalls says so late, and counts only when it began
 * after the limit was lowered last: with 2 % that hang, the slots of those that hang would else lower it again and again,
 * until hardly anything is sent. When each of them halved it, it settled near ten, which is 32 a second.
 */
export class Slowdown {
  private readonly slowed = new Recent<number, Slowed>(MAX_REMEMBERED);

  /** Of a receiver of which nothing bad is known, a good answer says nothing. */
  slows(webhookId: number): boolean {
    return this.slowed.get(webhookId) !== undefined;
  }

  limitOf(webhookId: number, most: number): number {
    return Math.min(most, this.slowed.get(webhookId)?.limit ?? most);
  }

  adapt(webhookId: number, ended: Ended, lane: { readonly most: number; readonly inFlight: number }): void {
    const known = this.slowed.get(webhookId);
    const { load } = ended;
    if (known === undefined && load === 'fine') return;
    const slowed = known ?? {
      // Of requests that stall, many are in flight because they stall, not because there is room for so many.
      limit: load === 'refusing' ? Math.max(1, lane.inFlight) : lane.most,
      share: load === 'refusing' ? FIRST_SHARE.refusing : FIRST_SHARE.stalled,
      loweredAt: Number.NEGATIVE_INFINITY,
    };
    change(slowed, ended);
    slowed.limit = Math.min(lane.most, Math.max(1, slowed.limit));
    if (slowed.limit === lane.most && slowed.share < NOTHING) this.slowed.delete(webhookId);
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
