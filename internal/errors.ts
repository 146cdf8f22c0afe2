/** What a caller may have done wrong, or what we cannot do for it now. `internal/api/error-table.ts` maps each to HTTP. */
export type ErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'too_many'
  | 'unavailable';

/** A caller's mistake with the sentence to answer. Anything else that is thrown is a bug of ours. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The field of the request that the message speaks of. */
    readonly source?: string,
  ) {
    super(message);
    this.name = 'AppError';
  }
}

/** The words of anything that was thrown, for a log field. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
