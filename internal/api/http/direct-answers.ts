import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { doorRefusal } from '../../domain/egress/browser-door.js';
import type { Logger } from '../../logger.js';
import type { Entrance } from '../api-deps.js';
import { callerOf } from './browser-guard.js';
import type { Answer, Endpoint, RawRequest } from './endpoint.js';
import { logRequest, requestIdFrom } from './request-id.js';

type DirectDeps = Pick<Entrance, 'door' | 'authenticate'> & { readonly logger: Logger };

/** Those headers of every other answer that a program can observe. */
const HEADERS = { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'" };

export interface DirectAnswers {
  /** Answers the requests of fast endpoints, and hands all others to express. */
  before(express: RequestListener): RequestListener;
  /** A layer of express that continues with the error of a fast endpoint that has run already. */
  readonly throwFailure: RequestHandler;
}

/**
 * Answers endpoints with `isFast` beside express, whose layers take longer than the endpoint itself: of 600 µs of CPU
 * per message on a busy machine, they took 60. A request that has to be refused goes through all layers, which answer
 * it, and so does a request whose endpoint has thrown.
 */
export function makeDirectAnswers(deps: DirectDeps, endpoints: readonly Endpoint[]): DirectAnswers {
  const fast = new Map(endpoints.filter(({ isFast }) => isFast).map((each) => [each.path, each]));
  const failures = new WeakMap<IncomingMessage, unknown>();

  /** The answer of a fast endpoint. Undefined if the request belongs to express. */
  const answerTo = (req: IncomingMessage): Promise<Answer> | undefined => {
    const endpoint = fast.get(req.url ?? '');
    if (!endpoint?.scope || req.method !== endpoint.method.toUpperCase()) return undefined;
    if (doorRefusal(callerOf(req), deps.door)) return undefined;
    const principal = deps.authenticate((name) => headerOf(req, name));
    if (principal instanceof Promise) {
      // Express asks again, and waits for the answer.
      principal.catch(() => undefined);
      return undefined;
    }
    if (!principal?.scopes.has(endpoint.scope)) return undefined;
    return endpoint.answer(rawRequest(req, () => principal));
  };

  return {
    before: (express) => (req, res) => {
      const startedAt = performance.now();
      const answer = answerTo(req);
      if (!answer) return express(req, res);
      answer.then(
        (input) => {
          const requestId = requestIdFrom(req);
          send(res, requestId, input);
          logRequest(deps.logger, { method: req.method, path: req.url, status: res.statusCode, requestId, startedAt });
        },
        (error: unknown) => {
          failures.set(req, error);
          express(req, res);
        },
      );
    },
    throwFailure: (req, _res, next) => next(failures.get(req)),
  };
}

function rawRequest(req: IncomingMessage, principal: RawRequest['principal']): RawRequest {
  return {
    params: undefined,
    query: undefined,
    readBody: () => Promise.reject(new Error('a fast endpoint reads its body itself')),
    once: (_request, work) => work(),
    onIgnored: () => undefined,
    principal,
    audit: () => {
      throw new Error('a fast endpoint is not audited');
    },
    host: req.headers.host,
    authorization: req.headers.authorization,
    incoming: req,
  };
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function send(res: ServerResponse, requestId: string, answer: Answer): void {
  const text = 'json' in answer ? JSON.stringify(answer.json) : 'text' in answer ? answer.text : '';
  const type = 'text' in answer ? answer.type : 'application/json; charset=utf-8';
  res.writeHead(answer.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'x-request-id': requestId,
    ...HEADERS,
  });
  // Node writes the head and a text as one string; bytes would be a piece of their own.
  res.end(text);
}
