import type { HukzErrorCode, Problem } from '../hukz-error.js';

const CODES: Readonly<Record<number, HukzErrorCode>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  412: 'precondition_failed',
  413: 'too_large',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  429: 'too_many',
  503: 'unavailable',
};

export const codeOf = (status: number): HukzErrorCode => CODES[status] ?? 'failed';

/** Statuses after which the same request may succeed: those of overload, and those of a gateway without its service. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/**
 * Whether a request may be repeated. A conflict with `Retry-After` means that the first request with the same
 * `Idempotency-Key` is still in progress. A 500 is a bug, which is not repeated.
 */
export function isRetryableStatus(status: number, retryAfterMs: number | undefined): boolean {
  return RETRYABLE.has(status) || (status === 409 && retryAfterMs !== undefined);
}

/**
 * The problems that an answer names. The API has two forms: `{"errors":[{"message","source"}]}`, and at
 * `GET /health/ready` `{"errors":{"<dependency>":"<message>"}}`.
 */
export function problemsIn(body: unknown): readonly Problem[] {
  const errors = memberOf(body, 'errors');
  if (Array.isArray(errors)) return errors.flatMap(problemOf);
  if (!isRecord(errors)) return [];
  return Object.entries(errors).flatMap(([source, message]) =>
    typeof message === 'string' ? [{ message, source }] : [],
  );
}

function problemOf(error: unknown): readonly Problem[] {
  const message = memberOf(error, 'message');
  const source = memberOf(error, 'source');
  if (typeof message !== 'string') return [];
  return [typeof source === 'string' ? { message, source } : { message }];
}

const memberOf = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
