import { isSqlState } from '../../store/postgres/pg-error.js';

/** SQLSTATEs that a wrong configuration causes, and the key to look at. */
const WRONG_KEYS: Readonly<Record<string, string>> = {
  '28P01': 'DATABASE_USER or DATABASE_PASSWORD',
  '28000': 'DATABASE_USER or DATABASE_SSL_MODE',
  '3D000': 'DATABASE_NAME',
  '42501': 'DATABASE_USER',
};

/** Starting is senseless until somebody changes something. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/** A refusal of PostgreSQL that a key of ours causes, in a sentence that names it; any other error stays what it is. */
export function nameWrongKey(error: unknown): unknown {
  const key = WRONG_KEYS[sqlStateOf(error) ?? ''] ?? wrongBeforeLogin(error);
  if (key === undefined) return error;
  return new CannotStart(`PostgreSQL refuses the connection: ${(error as Error).message} (check ${key})`);
}

/** What the driver says before PostgreSQL could: it has no SQLSTATE, and no waiting mends it. */
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
