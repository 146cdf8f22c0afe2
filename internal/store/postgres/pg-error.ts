/** What a failed statement means for its sender. */
export type PgVerdict =
  /** Nothing happened and the same statement may succeed now: serialisation failure, deadlock. */
  | 'repeat'
  /** It may have happened: the connection went away. Only a repeatable statement may be sent again. */
  | 'unknown_outcome'
  /** Nothing happened, and the server or this session cannot do it now: disk, memory, connections, locks, read-only. */
  | 'back_off'
  /** Nothing happened, for a reason that is neither an outage nor the row's fault: a person may have to mend it. */
  | 'unexpected'
  /** A row of it can never be stored. */
  | 'data'
  /** The day's partition is not there yet. */
  | 'no_partition'
  /** A table or column is missing: the schema is not the one of this program, and repeating is senseless. */
  | 'schema';

/** By SQLSTATE, or by its class where that says enough. */
const VERDICTS: Readonly<Record<string, PgVerdict>> = {
  '40001': 'repeat',
  '40P01': 'repeat',
  // What became of a statement whose connection the server ended is not known.
  '08': 'unknown_outcome',
  '40003': 'unknown_outcome',
  '57P': 'unknown_outcome',
  // The values of a row: text and numbers out of range, sizes that no page holds, constraints.
  '22': 'data',
  '23': 'data',
  '54': 'data',
  // Every insert of the journal says "on conflict do nothing": only a race about a table's name ends like this.
  '23505': 'unexpected',
  '42P01': 'schema',
  '42703': 'schema',
  // Prepared statements, plans and transactions that this session has otherwise than the driver thinks.
  '0A000': 'back_off',
  '25': 'back_off',
  '26000': 'back_off',
  '42P05': 'back_off',
  // Passwords, roles and databases that are changed under a running service.
  '28': 'back_off',
  '3D000': 'back_off',
  // Resources, locks, cancelled statements, the disk. Not XX: an internal error may come of one row alone.
  '53': 'back_off',
  '55': 'back_off',
  '57': 'back_off',
  '58': 'back_off',
};

/** Reads a driver's error. Errors without a SQLSTATE come from the connection. */
export function judgePgError(error: unknown): PgVerdict {
  // The values of one row could not even be written for the driver.
  if (error instanceof TypeError || error instanceof RangeError) return 'data';
  const { code, routine, message } = describe(error);
  if (code === undefined || !isSqlState(code)) return 'unknown_outcome';
  if (code === '23514' && routine === 'ExecFindPartition') return 'no_partition';
  if (code === '0A000' && !message.startsWith('cached plan')) return 'unexpected';
  return VERDICTS[code] ?? VERDICTS[code.slice(0, 3)] ?? VERDICTS[code.slice(0, 2)] ?? 'unexpected';
}

/** The driver or the server gave a statement up because of its time. It says nothing about a server that is not there. */
export function takesTooLong(error: unknown): boolean {
  const { code, message } = describe(error);
  return code === '57014' || (code === undefined && /query read timeout/i.test(message));
}

/** A table or column that is not there: it was migrated down, or dropped. */
export function isNotOurSchema(error: unknown): boolean {
  return judgePgError(error) === 'schema';
}

/** Tells an answer of the server from a code of the socket: `EPIPE` has five capitals too. */
export function isSqlState(code: string): boolean {
  return /^(?:[0-5][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code);
}

export function isUniqueViolation(error: unknown): boolean {
  return describe(error).code === '23505';
}

export const READ_ONLY = '25006';

/** The server, or this session, does not take writes: nothing happened. */
export function isReadOnly(error: unknown): boolean {
  return describe(error).code === READ_ONLY;
}

/**
 * Whether a connection must not be used again after this answer: it leads to a server that ends it or takes no writes, or its
 * transaction, prepared statements or plans are not what the driver thinks.
 */
export function spoilsSession(error: unknown): boolean {
  const { code = '', message } = describe(error);
  return /^(?:08|25|57P|26000|42P05|XX)/.test(code) || (code === '0A000' && message.startsWith('cached plan'));
}

interface Described {
  readonly code: string | undefined;
  readonly routine: string | undefined;
  readonly message: string;
}

function describe(error: unknown): Described {
  const { code, routine, message } = (typeof error === 'object' && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  return {
    code: typeof code === 'string' ? code : undefined,
    routine: typeof routine === 'string' ? routine : undefined,
    message: typeof message === 'string' ? message : '',
  };
}
