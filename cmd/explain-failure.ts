import { messageOf } from '../internal/errors.js';

/**
 * Names of errors whose message is meant for a person who can change the cause. They are names so that this file
 * imports no other folder.
 */
const EXPECTED = [
  'ConfigError',
  'CannotStart',
  'UnusableNats',
  'DatabaseTooNew',
  'MigrationRefused',
  'UnreadableFile',
  'UnusableServer',
  'NoWritableHost',
  'LocalServerError',
  'CommandFailed',
];

/** The text to print before exit code 1: the sentence of an expected failure, or the whole stack trace of a bug. */
export function explainFailure(error: unknown): string {
  // Node throws an AggregateError if a host has several addresses and none of them answers.
  if (error instanceof AggregateError) return error.errors.map(explainFailure).join('\n');
  if (!(error instanceof Error)) return messageOf(error);
  if ('severity' in error) return `PostgreSQL reports an error: ${error.message}`;
  return EXPECTED.includes(error.name) || 'syscall' in error ? error.message : (error.stack ?? error.message);
}
