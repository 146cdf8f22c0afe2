import { ErrorCode } from 'nats';
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
