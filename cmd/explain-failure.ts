import { messageOf } from '../internal/errors.js';

/** Errors whose message is for a person who can change something; by name, so that this file imports no room. */
const EXPECTED = [
  'ConfigError',
  'CannotStart',
  'CannotTake',
  'DatabaseTooNew',
  'UnusableServer',
  'NoHostTakesWrites',
  'LocalServerError',
  'CommandFailed',
];

/** What to print before exit code 1: the sentence of an expected failure, the whole trace of a bug of ours. */
export function explainFailure(error: unknown): string {
  // What Node throws when a host has several addresses and none of them answers.
  if (error instanceof AggregateError) return error.errors.map(explainFailure).join('\n');
  if (!(error instanceof Error)) return messageOf(error);
  if ('severity' in error) return `PostgreSQL refuses: ${error.message}`;
  return EXPECTED.includes(error.name) || 'syscall' in error ? error.message : (error.stack ?? error.message);
}
