import { eventually } from '../internal/testkit/eventually.js';

/** On an idle machine every condition holds within a few seconds; a slow machine is not a fault of hukz. */
const PATIENCE_MS = 60_000;

/** Waits until the condition holds, much longer than it should take. A condition that throws does not hold yet. */
export function until(condition: () => unknown, what: string, timeoutMs = PATIENCE_MS): Promise<void> {
  return eventually(condition, { what, timeoutMs });
}
