import { covers } from '../../internal/domain/matching/subject-overlap.js';
import type { Attempt } from './attempt.js';

export interface AttemptFilter {
  readonly webhookId: number | undefined;
  readonly spaceId: number | undefined;
  /** A subject, which may have wildcards. */
  readonly event: string | undefined;
  readonly outcome: string | undefined;
}

export function isWanted({ webhookId, spaceId, event, outcome }: AttemptFilter, attempt: Attempt): boolean {
  return (
    (webhookId === undefined || attempt.webhook_id === webhookId) &&
    (spaceId === undefined || attempt.space_id === spaceId) &&
    (event === undefined || covers(event, attempt.event)) &&
    (outcome === undefined || attempt.outcome === outcome)
  );
}
