import type { ErrorCode } from '../../errors.js';

/** The HTTP status of each refusal. No other file knows it. */
export const STATUS_OF = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  too_many: 429,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

/** The status of an answer to a request that meets a bug. */
export const BUG_STATUS = 500;
/** The status for a known path that does not have the requested method. */
export const METHOD_STATUS = 405;

/** Node's own answer before an endpoint is looked up. It has no body. */
export const HEAD_TOO_LARGE = {
  status: 431,
  description: 'The request line and the headers are larger than 16 KiB together; this answer has no body',
} as const;

export const MEANING_OF: Readonly<Record<(typeof STATUS_OF)[ErrorCode] | typeof BUG_STATUS, string>> = {
  400: 'The id or space in the path is not a number that can exist',
  401: 'The header X-User is absent or not a positive integer; `source` names it',
  403: 'The host, or the page that the request comes from, is not answered here (API_HOSTS), or hukz itself sends the request for a webhook; `source` names the header. An operation with a scope is also refused to callers who do not have that scope; the message names it',
  404: 'Record not found',
  409: 'The request conflicts with stored data or with a delivery that is being sent; the message says what to change first',
  413: 'The body is larger than 256 KiB',
  415: 'The body is not JSON by its content type, or is encoded',
  422: 'The request was understood and refused: each error names its field in `source`',
  429: 'This user or address has sent more requests than API_RATE; `Retry-After` says in how many seconds to try again',
  500: 'Something went wrong: a bug, logged with the request id',
  503: 'PostgreSQL or NATS is away; the same request may succeed later',
};
