import type { SettledAttempt } from '../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { describeAttemptError, logOutcome } from '../domain/delivery/describe-outcome-error.js';
import type { AttemptOutcome } from '../domain/delivery/outcome.js';
import type { Verdict } from '../domain/delivery/verdict.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';

export interface Sent {
  readonly delivery: OwnedDelivery;
  readonly webhook: CatalogWebhook;
  readonly outcome: AttemptOutcome;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** The description of an ended request for the journal. */
export function toSettled(
  { delivery, webhook, outcome, startedAt, durationMs }: Sent,
  verdict: Verdict,
): SettledAttempt {
  const counts = verdict.state === 'dead' || (verdict.state === 'retry' && verdict.counts);
  const answered = outcome.kind === 'answered' ? outcome : undefined;
  return {
    delivery,
    webhook,
    startedAt,
    durationMs,
    outcome: logOutcome(outcome, verdict),
    status: answered?.status,
    responseBody: answered && answered.body.length > 0 ? answered.body : undefined,
    error: describeAttemptError(outcome, verdict),
    responseHeaders: answered?.headers,
    requestHeaders: outcome.requestHeaders,
    countedFailures: delivery.countedFailures + (counts ? 1 : 0),
    retryInMs: verdict.state === 'retry' ? verdict.delayMs : undefined,
    because: verdict.state === 'dead' ? verdict.because : undefined,
  };
}
