import type { CatalogWebhook } from '../matching/catalog.js';
import type { OwnedDelivery } from './delivery.js';
import type { BuriedBecause } from './verdict.js';

/** The public word for what an attempt came to: the column and filter `outcome` of the logs. */
export type LogOutcome = 'delivered' | 'failed' | 'dead' | 'local_fault' | 'cancelled' | 'interrupted';

/** One attempt after its verdict: what becomes a log row, and what happens to its delivery. */
export interface SettledAttempt {
  readonly delivery: OwnedDelivery;
  /** As it was when the request left. */
  readonly webhook: CatalogWebhook;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: LogOutcome;
  readonly status: number | undefined;
  readonly responseBody: Uint8Array | undefined;
  /** In words, for people. */
  readonly error: string | undefined;
  /** Failures that count, this attempt included. */
  readonly failures: number;
  /** Present when the delivery is to be tried again. */
  readonly retryInMs: number | undefined;
  /** Present when it becomes a dead letter. */
  readonly because: BuriedBecause | undefined;
}
