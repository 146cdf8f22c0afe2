/** What a failed statement means for the one who sent it. */
export type PgVerdict =
  /** Nothing happened and the same statement may succeed now: serialisation failure, deadlock. */
  | 'repeat'
  /** It may have happened: the connection went away. Only a repeatable statement may be sent again. */
  | 'unknown_outcome'
  /** Nothing happened, and the server needs time: disk full, memory, connections, locks. */
  | 'back_off'
  /** A row of it can never be stored. */
  | 'data'
  /** The day's partition is not there yet. */
  | 'no_partition'
  /** The schema is not ours, or a bug: repeating is senseless. */
  | 'fatal';

const BACK_OFF = new Set(['55P03', '57014', '25006', '3D000', '28P01', '28000']);

/** Reads a driver's error. Errors without a SQLSTATE come from the connection. */
export function judgePgError(error: unknown): PgVerdict {
  if (error instanceof TypeError || error instanceof RangeError) return 'fatal';
  const { code, routine } = describe(error);
  if (code === undefined || !isSqlState(code)) return 'unknown_outcome';
  if (code === '40001' || code === '40P01') return 'repeat';
  if (code.startsWith('08') || code.startsWith('57P')) return 'unknown_outcome';
  if (code.startsWith('53') || BACK_OFF.has(code)) return 'back_off';
  if (code === '23514' && routine === 'ExecFindPartition') return 'no_partition';
  if (code.startsWith('22') || code.startsWith('54') || code === '23502' || code === '23514') return 'data';
  return 'fatal';
}

/** A table or column that is not there: somebody migrated down, or dropped it. */
export function isNotOurSchema(error: unknown): boolean {
  const { code } = describe(error);
  return code === '42P01' || code === '42703';
}

/** Tells an answer of the server from a code of the socket: `EPIPE` has five capitals too. */
export function isSqlState(code: string): boolean {
  return /^(?:[0-5][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code);
}

export function isUniqueViolation(error: unknown): boolean {
  return describe(error).code === '23505';
}

function describe(error: unknown): { readonly code: string | undefined; readonly routine: string | undefined } {
  const fields = typeof error === 'object' && error !== null ? (error as { code?: unknown; routine?: unknown }) : {};
  return {
    code: typeof fields.code === 'string' ? fields.code : undefined,
    routine: typeof fields.routine === 'string' ? fields.routine : undefined,
  };
}
