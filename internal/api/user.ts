import type { RequestHandler, Response } from 'express';
import { AppError } from '../errors.js';

/** Everything below these needs `X-User`. */
export const USER_PATHS = ['/events', '/webhooks', '/dead-letters', '/deliveries', '/replays', '/accounting'] as const;

const POSITIVE = /^[1-9][0-9]{0,15}$/;

/** Refuses before anything else of the request is looked at; two headers arrive joined by a comma and are refused too. */
export const requireUser: RequestHandler = (req, res, next) => {
  const text = req.get('x-user') ?? '';
  const id = Number(text);
  if (!POSITIVE.test(text) || !Number.isSafeInteger(id)) throw notAllowed();
  res.locals.userId = id;
  next();
};

/** The user that `requireUser` let in. */
export function userOf(res: Response): number {
  const id: unknown = res.locals.userId;
  if (typeof id !== 'number') throw notAllowed();
  return id;
}

/** The words are the contract's; what they are about stands beside them. */
const notAllowed = () => new AppError('unauthorized', 'Not allowed', 'X-User');
