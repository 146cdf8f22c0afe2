/** The meaning of a failed statement for its sender. */
export type PgVerdict =
  /** The statement had no effect and may succeed now: serialisation failure, deadlock. */
  | 'repeat'
  /** The statement may have been committed: the connection ended. Only a repeatable statement may be sent again. */
  | 'unknown_outcome'
  /**
   * The statement had no effect, and the server or this session cannot run it now: disk, memory, connections, locks,
   * read-only.
   */
  | 'back_off'
  /** The statement had no effect, and the cause is neither an outage nor a row: an operator may have to fix it. */
  | 'unexpected'
  /** A row of the statement can never be stored. */
  | 'data'
  /** The day's partition does not exist yet. */
  | 'no_partition'
  /** A table or column is missing: the schema is not the one of this program, so repeating is useless. */
  | 'schema';

/** Verdicts by SQLSTATE, or by its class where that is enough. */
const VERDICTS: Readonly<Record<string, PgVerdict>> = {
  '40001': 'repeat',
  '40P01': 'repeat',
  // The outcome of a statement is unknown if the server ended its connection.
  '08': 'unknown_outcome',
  '40003': 'unknown_outcome',
  '57P': 'unknown_outcome',
  // The values of a row are at fault: text and numbers out of range, sizes that no page holds, constraints.
  '22': 'data',
  '23': 'data',
  '54': 'data',
  // Every insert of the journal says "on conflict do nothing". Only a race over a table's name ends like this.
  '23505': 'unexpected',
  '42P01': 'schema',
  '42703': 'schema',
  // The session's prepared statements, plans or transaction differ from what the driver expects.
  '0A000': 'back_off',
  '25': 'back_off',
  '26000': 'back_off',
  '42P05': 'back_off',
  // Passwords, roles and databases can change while the service runs.
  '28': 'back_off',
  '3D000': 'back_off',
  // Resources, locks, cancelled statements and the disk are the causes. XX is not in the list, because a single row can
  // cause an internal error.
  '53': 'back_off',
  '55': 'back_off',
  '57': 'back_off',
  '58': 'back_off',
};

/** Classifies a driver's error. Errors without a SQLSTATE come from the connection. */
export function judgePgError(error: unknown): PgVerdict {
  // The driver could not encode the values of one row.
  if (error instanceof TypeError || error instanceof RangeError) return 'data';
  const { code, routine, message } = describe(error);
  if (code === undefined || !isSqlState(code)) return 'unknown_outcome';
  if (code === '23514' && routine === 'ExecFindPartition') return 'no_partition';
  if (code === '0A000' && !message.startsWith('cached plan')) return 'unexpected';
  return VERDICTS[code] ?? VERDICTS[code.slice(0, 3)] ?? VERDICTS[code.slice(0, 2)] ?? 'unexpected';
}

/**
 * Returns whether the driver or the server gave up a statement because of a time limit. An unreachable server is
 * another error.
 */
export function takesTooLong(error: unknown): boolean {
  const { code, message } = describe(error);
  return code === '57014' || (code === undefined && /query read timeout/i.test(message));
}

/** Returns whether a table or column is missing, because the schema was migrated down or dropped. */
export function isNotOurSchema(error: unknown): boolean {
  return judgePgError(error) === 'schema';
}

/** Distinguishes a server's SQLSTATE from a socket's code: `EPIPE` has five capitals too. */
export function isSqlState(code: string): boolean {
  return /^(?:[0-5][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code);
}

export function isUniqueViolation(error: unknown): boolean {
  return describe(error).code === '23505';
}

/** Returns the name of the unique index that refused a row. */
export function violatedIndex(error: unknown): string | undefined {
  return isUniqueViolation(error) ? describe(error).constraint : undefined;
}

export const READ_ONLY = '25006';

/** Returns whether the server, or this session, does not accept writes. The statement had no effect. */
export function isReadOnly(error: unknown): boolean {
  return describe(error).code === READ_ONLY;
}

/**
 * Returns whether a connection must not be used again after this answer: its server shuts down or accepts no writes, or
 * its transaction, prepared statements or plans differ from what the driver expects.
 */
export function spoilsSession(error: unknown): boolean {
  const { code = '', message } = describe(error);
  return /^(?:08|25|57P|26000|42P05|XX)/.test(code) || (code === '0A000' && message.startsWith('cached plan'));
}

interface Described {
  readonly code: string | undefined;
  readonly routine: string | undefined;
  readonly message: string;
  readonly constraint: string | undefined;
}

function describe(error: unknown): Described {
  const { code, routine, message, constraint } = (typeof error === 'object' && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  return {
    code: typeof code === 'string' ? code : undefined,
    routine: typeof routine === 'string' ? routine : undefined,
    message: typeof message === 'string' ? message : '',
    constraint: typeof constraint === 'string' ? constraint : undefined,
  };
}
