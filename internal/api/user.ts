import type { RequestHandler, Response } from 'express';
import { AppError } from '../errors.js';

/** Everything below these needs `X-User`. */
export const USER_PATHS = ['/events', '/webhooks', '/dead-letters', '/deliveries', '/replays', '/accounting'] as const;

const POSITIVE = /^[1-9][0-9]{0,15}$/;

/** Refuses before anything else of the request is looked at; two headers arrive joined by a comma and are refused too. */
export const requireUser: RequestHandler = (req, res, next) => {
  const text = req.get('x-user') ?? '';
  const id = Number(text);
  if (!POSITIVE.test(text) || !Number.isSafeInteger(id)) throw new AppError('unauthorized', 'Not allowed');
  res.locals.userId = id;
  next();
};

/** The user that `requireUser` let in. */
export function userOf(res: Response): number {
  const id: unknown = res.locals.userId;
  if (typeof id !== 'number') throw new AppError('unauthorized', 'Not allowed');
  return id;
}
