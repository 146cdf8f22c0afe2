import type { RequestHandler, Response } from 'express';
import { AppError } from '../../errors.js';

/** All endpoints below these paths need `X-User`. */
export const USER_PATHS = ['/events', '/webhooks', '/dead-letters', '/deliveries', '/replays', '/accounting'] as const;

const POSITIVE = /^[1-9][0-9]{0,15}$/;

/**
 * The user that a value of `X-User` names, if the value is valid. Two headers arrive joined by a comma and name no
 * user.
 */
export function findUser(text: string | undefined): number | undefined {
  const id = Number(text);
  return text !== undefined && POSITIVE.test(text) && Number.isSafeInteger(id) ? id : undefined;
}

/** Refuses a request without a user before any other part of the request is read. */
export const requireUser: RequestHandler = (req, res, next) => {
  const id = findUser(req.get('x-user'));
  if (id === undefined) throw notAllowed();
  res.locals.userId = id;
  next();
};

/** The user that `requireUser` admitted. */
export function userOf(res: Response): number {
  const id: unknown = res.locals.userId;
  if (typeof id !== 'number') throw notAllowed();
  return id;
}

/** The contract defines the message. The source names the header that it is about. */
const notAllowed = () => new AppError('unauthorized', 'Not allowed', 'X-User');
