import { judgePgError } from './pg-error.js';

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/**
 * The messages of `pg`, which have no code, when a connection ends, is not made in time or does not answer. knex puts
 * the SQL before the message.
 */
const TEXTS =
  /(?:^| - )(?:Connection terminated|timeout expired|Query read timeout|timeout exceeded|Client has encountered a connection error|Client was closed|Connection ended)/;

/** Returns whether PostgreSQL could not be reached, or had no time or room. Any other error of a query is a bug. */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
  if (name === 'KnexTimeoutError') return true;
  if (typeof code !== 'string') return typeof message === 'string' && TEXTS.test(message);
  if (SOCKET_CODES.has(code)) return true;
  if (!/^[0-9A-Z]{5}$/.test(code)) return false;
  const verdict = judgePgError(error);
  return verdict === 'repeat' || verdict === 'unknown_outcome' || verdict === 'back_off';
}
