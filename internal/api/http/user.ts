import type { RequestHandler, Response } from 'express';
import { AppError } from '../../errors.js';

/** Everything below these needs `X-User`. */
export const USER_PATHS = ['/events', '/webhooks', '/dead-letters', '/deliveries', '/replays', '/accounting'] as const;

const POSITIVE = /^[1-9][0-9]{0,15}$/;

/** The user that a value of `X-User` names, if it can be one; two headers arrive joined by a comma and name none. */
export function findUser(text: string | undefined): number | undefined {
  const id = Number(text);
  return text !== undefined && POSITIVE.test(text) && Number.isSafeInteger(id) ? id : undefined;
}

/** Refuses before anything else of the request is looked at. */
export const requireUser: RequestHandler = (req, res, next) => {
  const id = findUser(req.get('x-user'));
  if (id === undefined) throw notAllowed();
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
