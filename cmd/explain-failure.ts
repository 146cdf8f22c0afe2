import { ConfigError } from '../config/config-error.js';
import { CannotStart } from '../internal/app/open-database.js';
import { messageOf } from '../internal/errors.js';
import { LocalServerError } from '../internal/local/local-server-error.js';
import { DatabaseTooNew } from '../internal/store/migrate.js';
import { CommandFailed } from './command-failed.js';

const EXPECTED = [ConfigError, CannotStart, DatabaseTooNew, LocalServerError, CommandFailed];

/** What to print before exit code 1: a sentence for what a person can change, the whole trace for a bug of ours. */
export function explainFailure(error: unknown): string {
  if (EXPECTED.some((kind) => error instanceof kind) || isSystemError(error)) return messageOf(error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** `EADDRINUSE`, `ECONNREFUSED`, … say all there is to say. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
