import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { Logger } from '../../logger.js';

const SANE = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/** The caller's `X-Request-Id`, or a new one. */
export function requestIdFrom({ headers }: IncomingMessage): string {
  const input = headers['x-request-id'];
  return typeof input === 'string' && SANE.test(input) ? input : randomUUID();
}

interface Answered {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly status: number;
  readonly requestId: string;
  /** On `performance.now()`. */
  readonly startedAt: number;
}

export function logRequest(logger: Logger, { method, path, status, requestId, startedAt }: Answered): void {
  logger.debug('api.request', {
    request_id: requestId,
    method,
    path,
    status,
    duration_ms: Math.round(performance.now() - startedAt),
  });
}

/** Sends the id of the request in the answer, and logs one debug line when the request is over. */
export function makeRequestLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const requestId = requestIdFrom(req);
    res.set('x-request-id', requestId);
    const startedAt = performance.now();
    const { method, path } = req;
    res.once('close', () => logRequest(logger, { method, path, status: res.statusCode, requestId, startedAt }));
    next();
  };
}

export function requestIdOf(res: Response): string {
  return String(res.get('x-request-id'));
}
