import type { RunningRefusals } from '../../api/http/refusals.js';
import type { Degradation } from '../../domain/streams/degradation.js';

/**
 * Callers that are refused, or whose connections are closed. The log has a line per reason, and a metric counts them.
 */
export function requestsRefused(running: readonly RunningRefusals[]): readonly Degradation[] {
  return running.map(({ reason, requests, first }) => ({
    reason: 'requests_refused',
    problem:
      `${requests} requests were refused, or connections closed, because of ${reason}; the first one: ${JSON.stringify(first)}. ` +
      'docs/operations.md says at "api.refusals_began" what to do.',
  }));
}

/** Spaces whose deliveries wait for slots that the spaces may not have. */
export function spacesAtShare(spaces: readonly number[]): readonly Degradation[] {
  if (spaces.length === 0) return [];
  const problem =
    `Deliveries of the spaces ${spaces.join(', ')} wait, because each has as many concurrent requests as it may have. ` +
    'docs/operations.md says at "dispatch.space_at_share" what to do.';
  return [{ reason: 'space_at_share', problem }];
}
