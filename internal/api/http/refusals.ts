import type { LogFields, Logger } from '../../logger.js';
import { CUT_REASONS } from './connections.js';

/**
 * The reasons to refuse a request before its endpoint is looked up, or to close a connection. They are the labels of a
 * metric.
 */
export const REFUSAL_REASONS = [
  ...([
    'host',
    'origin',
    'cross_site',
    'delivery',
    'user_rate',
    'address_rate',
    'metrics_token',
    'failed_logins',
  ] as const),
  'body_memory',
  ...CUT_REASONS,
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface RefusalsDeps {
  readonly logger: Logger;
  onRefused(reason: RefusalReason): void;
  /** A reason is over when no request was refused for it during this time. The default is a minute. */
  readonly quietMs?: number;
}

export interface Refusals {
  /** @param caller fields for the log that identify the first refused caller */
  add(reason: RefusalReason, caller: LogFields): void;
  /** The reasons that are not over. */
  running(): readonly RunningRefusals[];
}

/** Requests that are refused, or connections that are closed, for one reason. */
export interface RunningRefusals {
  readonly reason: RefusalReason;
  readonly requests: number;
  readonly first: LogFields;
}

const QUIET_MS = 60_000;

interface Spell {
  requests: number;
  refusedAt: number;
  readonly first: LogFields;
}

/** Counts refusals. The log has one line when a reason begins, and one line when it is over. */
export function makeRefusals({ logger, onRefused, quietMs = QUIET_MS }: RefusalsDeps): Refusals {
  const running = new Map<RefusalReason, Spell>();

  const look = (reason: RefusalReason) => {
    const spell = running.get(reason);
    if (!spell) return;
    const restMs = spell.refusedAt + quietMs - performance.now();
    if (restMs > 0) return lookIn(restMs, reason);
    running.delete(reason);
    logger.info('api.refusals_ended', { reason, requests: spell.requests });
  };
  const lookIn = (ms: number, reason: RefusalReason) => void setTimeout(look, ms, reason).unref();

  return {
    add(reason, caller) {
      onRefused(reason);
      const refusedAt = performance.now();
      const spell = running.get(reason);
      if (spell) {
        spell.requests++;
        spell.refusedAt = refusedAt;
        return;
      }
      running.set(reason, { requests: 1, refusedAt, first: caller });
      logger.warn('api.refusals_began', { reason, ...caller });
      lookIn(quietMs, reason);
    },
    running: () => [...running].map(([reason, { requests, first }]) => ({ reason, requests, first })),
  };
}
