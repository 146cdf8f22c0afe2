import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler, Response } from 'express';
import { readJsonBody } from './json-body.js';
import type { LargeAnswers } from './large-answers.js';
import { gathered } from './pieces.js';
import type { Answer, Route } from './route.js';
import { userOf } from './user.js';

/** A row of the table as express calls it. */
export function handlerFor(route: Route, large: LargeAnswers): RequestHandler {
  return async (req, res) => {
    const answer = await route.answer({
      params: req.params,
      query: req.query,
      readBody: (isOptional) => readJsonBody(req, res, isOptional),
      userId: () => userOf(res),
      host: req.get('host'),
      authorization: req.get('authorization'),
    });
    await sendAnswer(res, answer, large);
  };
}

type Pieces = Extract<Answer, { readonly jsonPieces: unknown }>;

async function sendAnswer(res: Response, answer: Answer, large: LargeAnswers): Promise<void> {
  if ('json' in answer) res.status(answer.status).json(answer.json);
  else if ('text' in answer) res.status(answer.status).type(answer.type).send(answer.text);
  else await sendPieces(res, answer, large);
}

async function sendPieces(res: Response, { status, jsonPieces: pieces }: Pieces, large: LargeAnswers): Promise<void> {
  const iterator = gathered(pieces);
  // Before the head is written: what fails until here can still be answered as an error.
  const first = await iterator.next();
  const second = await iterator.next();
  if (second.done) {
    res.status(status).type('application/json');
    // An answer of one piece has a length, like any other.
    res.send(first.done ? Buffer.alloc(0) : Buffer.from(first.value));
    return;
  }
  const running = large.enter(() => res.destroy());
  res.status(status).type('application/json');
  try {
    await pipeline(Readable.from(startingWith([first, second], iterator, running.took)), res);
  } catch (error) {
    if (!isHungUp(error)) throw error;
  } finally {
    running.leave();
  }
}

/** @param took called whenever the caller has room for another piece */
async function* startingWith<T>(
  begun: readonly IteratorResult<T>[],
  rest: AsyncIterator<T>,
  took: () => void,
): AsyncGenerator<T> {
  try {
    for (const piece of begun) {
      took();
      if (!piece.done) yield piece.value;
    }
    for (let piece = await rest.next(); !piece.done; piece = await rest.next()) {
      took();
      yield piece.value;
    }
  } finally {
    // A caller that goes away ends the reading too.
    await rest.return?.();
  }
}

/** The caller went away in the middle of an answer: nothing that we did. */
function isHungUp(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
