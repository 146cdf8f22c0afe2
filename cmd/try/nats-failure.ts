import { ErrorCode, NatsError } from 'nats';
import { CommandFailed } from '../command-failed.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

const UNREACHABLE: readonly string[] = [
  ErrorCode.ConnectionRefused,
  ErrorCode.ConnectionTimeout,
  ErrorCode.ConnectionClosed,
  ErrorCode.Disconnect,
  ErrorCode.Timeout,
  ErrorCode.NoResponders,
];

const NOT_ALLOWED: readonly string[] = [
  ErrorCode.AuthorizationViolation,
  ErrorCode.AuthenticationExpired,
  ErrorCode.AuthenticationTimeout,
  ErrorCode.AccountExpired,
  ErrorCode.BadAuthentication,
  ErrorCode.BadCreds,
  ErrorCode.PermissionsViolation,
];

/** The exit code for an error of the NATS client or of the system's network, by its code. */
export function natsExitCode(error: unknown): ExitCode {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (NOT_ALLOWED.includes(code)) return EXIT.notAllowed;
  return UNREACHABLE.includes(code) || (error instanceof Error && 'syscall' in error) ? EXIT.unreachable : EXIT.failed;
}

/** Explains why a message could not be published. `where` names its subject and the server. */
export function publishingFailure(error: unknown, where: string): unknown {
  if (!(error instanceof NatsError)) return error;
  const details = { exitCode: natsExitCode(error) };
  if (error.code === ErrorCode.NoResponders)
    return new CommandFailed(
      `nothing listens on ${where}: is an event registered for it, and is hukz running?`,
      details,
    );
  return new CommandFailed(`${where}: ${error.message}`, details);
}
