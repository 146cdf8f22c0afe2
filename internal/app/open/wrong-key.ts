import { isSqlState } from '../../store/postgres/pg-error.js';

/** SQLSTATEs that a wrong configuration causes, each with the key to check. */
const WRONG_KEYS: Readonly<Record<string, string>> = {
  '28P01': 'DATABASE_USER or DATABASE_PASSWORD',
  '28000': 'DATABASE_USER or DATABASE_SSL_MODE',
  '3D000': 'DATABASE_NAME',
  '42501': 'DATABASE_USER',
};

/** hukz cannot start until an operator changes something. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/**
 * Returns an error that names the configuration key which caused a refusal of PostgreSQL. Any other error is returned
 * unchanged.
 */
export function nameWrongKey(error: unknown): unknown {
  const key = WRONG_KEYS[sqlStateOf(error) ?? ''] ?? wrongBeforeLogin(error);
  if (key === undefined) return error;
  return new CannotStart(`PostgreSQL refuses the connection: ${(error as Error).message} (check ${key})`);
}

/** Errors that the driver reports before PostgreSQL could. They have no SQLSTATE, and waiting does not solve them. */
function wrongBeforeLogin(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '' } = error as { code?: string };
  if (/SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_|ALTNAME/.test(code)) return 'DATABASE_SSL_MODE';
  if (/does not support SSL/i.test(error.message)) return 'DATABASE_SSL_MODE';
  return /^SASL:/.test(error.message) ? 'DATABASE_PASSWORD' : undefined;
}

export function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && isSqlState(code) ? code : undefined;
}
