import type { CatalogWebhook } from '../matching/catalog.js';
import type { OwnedDelivery } from './delivery.js';
import type { BuriedBecause } from './verdict.js';

/** The public name of an attempt's outcome: the column and filter `outcome` of the logs. */
export type LogOutcome = 'delivered' | 'failed' | 'dead' | 'local_fault' | 'cancelled' | 'interrupted';

/** One attempt with its verdict: the data for its log row, and the next state of its delivery. */
export interface SettledAttempt {
  readonly delivery: OwnedDelivery;
  /** The webhook as it was when the request was sent. */
  readonly webhook: CatalogWebhook;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: LogOutcome;
  readonly status: number | undefined;
  readonly responseBody: Uint8Array | undefined;
  /** The answer's headers as lines `name: value`, if they are kept. */
  readonly responseHeaders?: Uint8Array | undefined;
  /** The request's headers in the same form, if they are kept. */
  readonly requestHeaders?: Uint8Array | undefined;
  /** An error message for users. */
  readonly error: string | undefined;
  /** Number of counted failures, including this attempt. */
  readonly countedFailures: number;
  /** Present when the delivery will be attempted again. */
  readonly retryInMs: number | undefined;
  /** Present when the delivery becomes a dead letter. */
  readonly because: BuriedBecause | undefined;
}
