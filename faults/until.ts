import { eventually } from '../internal/testkit/eventually.js';

/** On a calm machine everything that is waited for comes within a few seconds; a busy one is no fault of ours. */
const PATIENCE_MS = 60_000;

/** Waits until the condition holds, much longer than it should take. A condition that throws does not hold yet. */
export function until(condition: () => unknown, what: string, timeoutMs = PATIENCE_MS): Promise<void> {
  return eventually(condition, { what, timeoutMs });
}
