import type { ErrorRequestHandler, Response } from 'express';
import { AppError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { Seldom } from '../../seldom.js';
import { isDatabaseAway } from '../../store/postgres/database-away.js';
import { SeveralRefusals } from '../bodies/several-refusals.js';
import { InProgress } from '../idempotency/answer-memory.js';
import type { WireError } from '../protocols/error-form.js';
import { protocolOf } from '../protocols/protocol.js';
import { BUG_STATUS, STATUS_OF } from './error-table.js';
import { requestIdOf } from './request-id.js';

/**
 * Sends `{"errors":[{"code","message","source"?}]}`, or the form of the request's protocol. The status is the code of
 * the first error.
 */
export function sendErrors(res: Response, errors: readonly [WireError, ...WireError[]]): void {
  const [{ code }] = errors;
  const form = protocolOf(res)?.errors;
  if (form) res.status(form.badRequests.has(code) ? STATUS_OF.bad_request : code).json(form.bodyOf(errors));
  else res.status(code).json({ errors });
}

/** While a dependency is away, each request is answered with 503. The log has one line per message in this time. */
const LINE_EVERY_MS = 10_000;

/**
 * The last middleware of express. The answer to a refusal has its message. A bug is logged, and its answer has no
 * details.
 */
export function makeErrorHandler(logger: Logger): ErrorRequestHandler {
  const seldom = new Seldom(LINE_EVERY_MS, () => performance.now());
  return (error: unknown, req, res, _next) => {
    const refusals = refusalsIn(error);
    if (!refusals || res.headersSent) {
      logger.error('api.failed', {
        request_id: requestIdOf(res),
        method: req.method,
        path: req.path,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    } else if (refusals[0].code === 'unavailable') {
      const why = error instanceof Error ? error.message : String(error);
      const leftOut = seldom.admit(why);
      if (leftOut !== undefined)
        logger.warn('api.unavailable', {
          request_id: requestIdOf(res),
          method: req.method,
          path: req.path,
          error: why,
          ...(leftOut > 0 && { left_out: leftOut }),
        });
    }
    // An answer that has begun cannot be withdrawn. It is cut off, so that the caller does not mistake it for a
    // complete one.
    const [refusal] = refusals ?? [];
    const mayRetry = refusal?.code === 'too_many' || refusal instanceof InProgress;
    if (mayRetry && !res.headersSent && !res.get('retry-after'))
      res.set('retry-after', String(refusal.retryAfterS ?? 1));
    if (res.headersSent) res.destroy();
    else if (refusals) sendErrors(res, wire(refusals));
    else sendErrors(res, [{ code: BUG_STATUS, message: 'Something went wrong' }]);
  };
}

type Refusals = readonly [AppError, ...AppError[]];

function refusalsIn(error: unknown): Refusals | undefined {
  if (error instanceof SeveralRefusals) return error.refusals;
  if (error instanceof AppError) return [error];
  const library = libraryRefusal(error);
  if (library) return [library];
  if (isDatabaseAway(error))
    return [new AppError('unavailable', 'the database is not available or too busy; try again later')];
  return undefined;
}

function wire([first, ...rest]: Refusals): [WireError, ...WireError[]] {
  const one = ({ code, message, source }: AppError): WireError => ({
    code: STATUS_OF[code],
    message,
    ...(source === undefined ? {} : { source }),
  });
  return [one(first), ...rest.map(one)];
}

/** The refusal of a path by express: it has an unreadable %-escape. */
function libraryRefusal(error: unknown): AppError | undefined {
  const isRefused = error instanceof URIError && 'status' in error && error.status === 400;
  return isRefused ? new AppError('bad_request', 'Invalid ID') : undefined;
}
