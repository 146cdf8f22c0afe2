/**
 * Mistakes of a caller, and requests that cannot be served now. `internal/api/http/error-table.ts` maps each code to
 * HTTP.
 */
export type ErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'too_many'
  | 'unavailable';

/** A caller's mistake, with the sentence to answer. Any other error that is thrown is a bug in hukz. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The field of the request that the message is about. */
    readonly source?: string,
    /** Seconds after which the same request may succeed. */
    readonly retryAfterS?: number,
  ) {
    super(message);
    this.name = 'AppError';
  }
}

/** The message of any thrown value, for a log field. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
