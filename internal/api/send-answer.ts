import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler, Response } from 'express';
import { readJsonBody } from './json-body.js';
import type { Answer, Route } from './route.js';
import { userOf } from './user.js';

/** A row of the table as express calls it. */
export function handlerFor(route: Route): RequestHandler {
  return async (req, res) => {
    const answer = await route.answer({
      params: req.params,
      query: req.query,
      readBody: (isOptional) => readJsonBody(req, res, isOptional),
      userId: () => userOf(res),
      host: req.get('host'),
      authorization: req.get('authorization'),
    });
    await sendAnswer(res, answer);
  };
}

async function sendAnswer(res: Response, answer: Answer): Promise<void> {
  if ('json' in answer) res.status(answer.status).json(answer.json);
  else if ('text' in answer) res.status(answer.status).type(answer.type).send(answer.text);
  else await sendPieces(res, answer.status, answer.jsonPieces);
}

async function sendPieces(res: Response, status: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]();
  // Before the head is written: what fails until here can still be answered as an error.
  const first = await iterator.next();
  const second = await iterator.next();
  res.status(status).type('application/json');
  if (second.done) {
    // An answer of one piece has a length, like any other.
    res.send(first.done ? Buffer.alloc(0) : Buffer.from(first.value));
    return;
  }
  try {
    await pipeline(Readable.from(startingWith([first, second], iterator)), res);
  } catch (error) {
    if (!isHungUp(error)) throw error;
  }
}

async function* startingWith<T>(begun: readonly IteratorResult<T>[], rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (const piece of begun) if (!piece.done) yield piece.value;
    for (let piece = await rest.next(); !piece.done; piece = await rest.next()) yield piece.value;
  } finally {
    // A caller that goes away ends the reading too.
    await rest.return?.();
  }
}

/** The caller went away in the middle of an answer: nothing that we did. */
function isHungUp(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
