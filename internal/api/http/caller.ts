import type { RequestHandler, Response } from 'express';
import { AppError } from '../../errors.js';
import type { Authenticate } from '../../identity/authenticate.js';
import type { Principal } from '../../identity/principal.js';
import { unnamedPrincipal } from '../protocols/protocol.js';
import type { Endpoint } from './endpoint.js';

/** Finds the principal of each request once. Requests without a principal pass. */
export function identifyCaller(authenticate: Authenticate): RequestHandler {
  return (req, res, next) => {
    res.locals.principal = authenticate((name) => req.get(name)) ?? unnamedPrincipal(req, res);
    next();
  };
}

/** The principal that `identifyCaller` found. */
export function findPrincipal(res: Response): Principal | undefined {
  const principal: Principal | undefined = res.locals.principal;
  return principal;
}

/** @throws {AppError} `unauthorized` if the request has no principal */
export function principalOf(res: Response): Principal {
  const principal = findPrincipal(res);
  // The contract defines the message. The source names the header that it is about.
  if (!principal) throw new AppError('unauthorized', 'Not allowed', 'X-User');
  return principal;
}

/** Refuses a request without a principal before any other part of the request is read. */
export const requirePrincipal: RequestHandler = (_req, res, next) => {
  principalOf(res);
  next();
};

/**
 * The first segments of the paths of all endpoints with a scope. Every path below them needs a principal, so that a
 * caller without one does not learn which paths exist.
 */
export function guardedPaths(endpoints: readonly Endpoint[]): string[] {
  const scoped = endpoints.filter(({ scope }) => scope !== undefined);
  return [...new Set(scoped.map(({ path }) => `/${path.split('/')[1]}`))];
}
