import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from '../../logger.js';

const SANE = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/**
 * Uses the caller's `X-Request-Id` or makes one, sends it in the answer, and logs one debug line when the request is
 * over.
 */
export function makeRequestLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const given = req.get('x-request-id');
    const requestId = given !== undefined && SANE.test(given) ? given : randomUUID();
    res.set('x-request-id', requestId);
    const startedAt = performance.now();
    res.once('close', () => {
      logger.debug('api.request', {
        request_id: requestId,
        method: req.method,
        path: req.path,
        status: res.statusCode,
        duration_ms: Math.round(performance.now() - startedAt),
      });
    });
    next();
  };
}

export function requestIdOf(res: Response): string {
  return String(res.get('x-request-id'));
}
