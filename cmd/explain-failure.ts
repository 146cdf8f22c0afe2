import { messageOf } from '../internal/errors.js';

/** Errors whose message is for a person who can change something; by name, so that this file imports no room. */
const EXPECTED = ['ConfigError', 'CannotStart', 'DatabaseTooNew', 'LocalServerError', 'CommandFailed'];

/** What to print before exit code 1: the sentence of an expected failure, the whole trace of a bug of ours. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  return EXPECTED.includes(error.name) || 'syscall' in error ? error.message : (error.stack ?? error.message);
}
