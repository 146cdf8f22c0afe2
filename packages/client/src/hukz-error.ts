/** The reason why a call failed: a name for each status of the API, and for failures that have no status. */
export type HukzErrorCode =
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
  | 'unavailable'
  /** Any other status that is no success. */
  | 'failed'
  /** A successful status whose body is not what the API answers with. */
  | 'bad_answer'
  /** No answer came within `timeoutMs`. */
  | 'timeout'
  /** There was no connection, or it ended before the answer was complete. */
  | 'network';

/** One of the reasons that an answer gives. */
export interface Problem {
  readonly message: string;
  /** The field, the header or the part of the service that the reason is about. */
  readonly source?: string;
}

/**
 * Every call that the service refuses, or that gets no answer, rejects with this error. Its message says which request
 * failed and why. It never contains a token, a query or a body.
 */
export class HukzError extends Error {
  override readonly name: string = 'HukzError';
  /** The status of the answer; 0 if there was none. */
  declare readonly status: number;
  declare readonly code: HukzErrorCode;
  declare readonly problems: readonly Problem[];
  /** The id under which the service has logged the request. */
  declare readonly requestId: string;
  /** Whether the same call may succeed later. */
  declare readonly isRetryable: boolean;
  /** The number of requests that were sent. */
  declare readonly attempts: number;
  /** The time after which the service asks for the next request, in milliseconds. */
  declare readonly retryAfterMs?: number | undefined;
  /** The parsed body of the answer, if it was JSON. */
  declare readonly answer?: unknown;

  constructor(message: string, failure: Failure, options?: ErrorOptions) {
    super(message, options);
    Object.assign(this, failure);
  }
}

/** The facts about a failed call. */
export type Failure = Omit<HukzError, keyof Error>;
