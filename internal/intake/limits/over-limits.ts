import { MESSAGE_LIMITS, type MessageLimit, type OverLimit } from '../../domain/limits/message-limits.js';
import type { Degradation } from '../../domain/streams/degradation.js';
import type { Logger } from '../../logger.js';

/** Maximum number of limits that are named at the same time, so that thousands of spaces do not fill the log. */
export const MAX_NAMED = 20;
/** A limit that is exceeded again within this time stays in the same state. */
const QUIET_MS = 60_000;

interface Exceeded {
  readonly spaceId: number;
  readonly limit: MessageLimit;
  readonly max: number;
  messages: number;
  lastAt: number;
}

export interface OverLimitsDeps {
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

/** The limits of spaces that messages exceed at present: one log line when that begins, and one when it has ended. */
export class OverLimits {
  private readonly exceeded = new Map<string, Exceeded>();
  private readonly total = new Map<MessageLimit, number>(MESSAGE_LIMITS.map((limit) => [limit, 0]));

  constructor(private readonly deps: OverLimitsDeps) {}

  /** The number of messages since the start, by limit. */
  counts(): ReadonlyMap<MessageLimit, number> {
    return this.total;
  }

  note({ limit, spaceId, max }: OverLimit): void {
    this.total.set(limit, (this.total.get(limit) ?? 0) + 1);
    const key = `${limit}:${spaceId}`;
    const known = this.exceeded.get(key);
    const lastAt = this.deps.now();
    if (known) {
      known.messages++;
      known.lastAt = lastAt;
    } else if (this.exceeded.size < MAX_NAMED) {
      this.exceeded.set(key, { spaceId, limit, max, messages: 1, lastAt });
      this.deps.logger.warn('space.over_limit', { space: spaceId, limit, max });
    }
  }

  /** Ends the states of limits that no message has exceeded for a while. */
  look(): void {
    const now = this.deps.now();
    for (const [key, { spaceId, limit, messages, lastAt }] of this.exceeded) {
      if (now - lastAt < QUIET_MS) continue;
      this.exceeded.delete(key);
      this.deps.logger.info('space.within_limit', { space: spaceId, limit, messages });
    }
  }

  degraded(): readonly Degradation[] {
    if (this.exceeded.size === 0) return [];
    const named = [...this.exceeded.values()].map(
      ({ spaceId, limit, max, messages }) => `space ${spaceId}: ${messages} beyond limits.${limit} ${max}`,
    );
    const problem = `Messages exceed limits of their spaces (${named.join('; ')}). docs/operations.md says at "space.over_limit" what happens to them.`;
    return [{ reason: 'space_over_limit', problem }];
  }
}
