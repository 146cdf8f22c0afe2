import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler, Response } from 'express';
import { requireScope } from '../../identity/principal.js';
import type { AuditTrail } from '../api-deps.js';
import { auditOf } from '../audit/audit-of.js';
import { readJsonBody } from '../bodies/json-body.js';
import { KEY_HEADER, type KeyedAnswer, type KeyedRequest, remembersAnswers } from '../idempotency/answer-memory.js';
import { principalOf } from './caller.js';
import { type Answer, type Endpoint, scopesOf } from './endpoint.js';
import { reportIgnored, unknownParameters } from './ignored-names.js';
import type { LargeAnswers } from './large-answers.js';
import { inPieces } from './pieces.js';
import type { Turnstile } from './turnstile.js';

/** The bounds for the memory of answers in parts. */
export interface AnswerBounds {
  /** Limits how many answers make their first two pieces at the same time. */
  readonly turnstile: Turnstile;
  /** Limits the answers that are longer than two pieces. */
  readonly large: LargeAnswers;
}

/** Does the work of a request with an `Idempotency-Key` once. */
export type AnswerOnce = (
  request: KeyedRequest,
  work: () => Promise<Answer>,
  endpoint: Endpoint,
) => Promise<KeyedAnswer>;

/** The parts of the service that the work of a request needs, whatever its endpoint. */
export interface RequestWork {
  readonly answerOnce: AnswerOnce;
  readonly trail: AuditTrail;
}

/** Makes the express handler of a row of the table. */
export function handlerFor(
  endpoint: Endpoint,
  bounds: AnswerBounds,
  { answerOnce, trail }: RequestWork,
): RequestHandler {
  return async (req, res) => {
    for (const scope of scopesOf(endpoint)) requireScope(principalOf(res), scope);
    reportIgnored(res, unknownParameters(endpoint, req.query));
    const answer = await endpoint.answer({
      params: req.params,
      query: req.query,
      readBody: (isOptional) => readJsonBody(req, isOptional),
      once: async (content, work) => {
        const key = remembersAnswers(endpoint) ? req.get(KEY_HEADER) : undefined;
        if (key === undefined) return work();
        const request = { key, principal: principalOf(res), path: req.path, content };
        const { answer, isReplayed } = await answerOnce(request, work, endpoint);
        if (isReplayed) res.set('idempotency-replayed', 'true');
        return answer;
      },
      onIgnored: (fields) => reportIgnored(res, fields),
      principal: () => principalOf(res),
      audit: () => auditOf(endpoint, { req, res }, trail),
      host: req.get('host'),
      authorization: req.get('authorization'),
      incoming: req,
    });
    // A request that has changed something is answered in any case, because the answer may contain a secret that is
    // shown once.
    await sendAnswer(res, answer, { ...bounds, mayBeRefused: endpoint.method === 'get' });
  };
}

type InParts = Extract<Answer, { readonly jsonParts: unknown }>;

type Bounds = AnswerBounds & { readonly mayBeRefused: boolean };

async function sendAnswer(res: Response, answer: Answer, bounds: Bounds): Promise<void> {
  if ('revision' in answer) res.set('etag', `"${answer.revision}"`);
  if ('json' in answer) res.status(answer.status).json(answer.json);
  else if ('text' in answer) res.status(answer.status).type(answer.type).send(answer.text);
  else if ('location' in answer) res.redirect(answer.status, answer.location);
  else await sendPieces(res, answer, bounds);
}

async function sendPieces(
  res: Response,
  { status, jsonParts }: InParts,
  { turnstile, large, mayBeRefused }: Bounds,
): Promise<void> {
  const iterator = inPieces(jsonParts);
  // This runs before the head is written, because a failure up to this point can still be answered as an error.
  const [first, second] = await turnstile.through(() => twoOf(iterator), mayBeRefused);
  if (second.done) {
    res.status(status).type('application/json');
    // An answer of one piece has a content length, like any other answer.
    res.send(first.done ? Buffer.alloc(0) : Buffer.from(first.value));
    return;
  }
  const running = large.enter({ caller: principalOf(res).subject, mayBeRefused, cut: () => res.destroy() });
  res.status(status).type('application/json');
  try {
    await pipeline(Readable.from(startingWith([first, second], iterator, running.onRead)), res);
  } catch (error) {
    if (!isHungUp(error)) throw error;
  } finally {
    running.leave();
  }
}

async function twoOf<T>(iterator: AsyncIterator<T>) {
  return [await iterator.next(), await iterator.next()] as const;
}

/** @param onRead called whenever the caller has room for another piece */
async function* startingWith<T>(
  begun: readonly IteratorResult<T>[],
  rest: AsyncIterator<T>,
  onRead: () => void,
): AsyncGenerator<T> {
  try {
    for (const piece of begun) {
      onRead();
      if (!piece.done) yield piece.value;
    }
    for (let piece = await rest.next(); !piece.done; piece = await rest.next()) {
      onRead();
      yield piece.value;
    }
  } finally {
    // When a caller disconnects, the reading ends too.
    await rest.return?.();
  }
}

/** Whether the caller disconnected during the answer, which is not an error of hukz. */
function isHungUp(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
