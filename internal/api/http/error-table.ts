import type { ErrorCode } from '../../errors.js';

/** The HTTP status of each refusal. No other file knows it. */
export const STATUS_OF = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
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
  description: 'The request line and the headers exceed 16 KiB in total. This answer has no body.',
} as const;

export const MEANING_OF: Readonly<Record<(typeof STATUS_OF)[ErrorCode] | typeof BUG_STATUS, string>> = {
  400: 'The id or space in the path is not a valid number, or the key is malformed.',
  401: 'The header X-User is missing or is not a positive integer, or the token or JWT in Authorization is missing or not valid. `source` names the header.',
  403: 'The host of the request, or the site of the page that sends it, is not allowed (API_HOSTS), or the request was sent by hukz for a webhook. `source` names the header. Callers without the scope of an operation are refused, too; the message names the scope.',
  404: 'Record not found.',
  409: 'The request conflicts with stored data or with a delivery that is being sent. The message says what to change first.',
  412: 'The resource has a revision that `If-Match` does not name.',
  413: 'The body is larger than 256 KiB.',
  415: 'The content type of the body is not JSON, or the body has a content encoding. JSON without a type, or of the type text/plain or of a form, is read unless a browser sends it.',
  422: 'The request is invalid. Each error names its field in `source`.',
  429: 'This user, token or address has exceeded API_RATE, or the address has sent too many tokens or JWTs that are not valid. Try again after the number of seconds in `Retry-After`.',
  500: 'Something went wrong. The bug is logged with the request id.',
  503: 'PostgreSQL or NATS is not available. Try again later.',
};
