import type { Request, RequestHandler, Response } from 'express';
import { CallerRates, callerAt } from '../../domain/limits/caller-rates.js';
import { AppError } from '../../errors.js';
import { type Authenticate, showsLogin } from '../../identity/authenticate.js';
import type { Principal } from '../../identity/principal.js';
import type { Entrance } from '../api-deps.js';
import { unnamedPrincipal } from '../protocols/protocol.js';
import type { Endpoint } from './endpoint.js';
import type { Refusals } from './refusals.js';

/** The header by which a request names its principal. */
export type LoginHeader = 'X-User' | 'Authorization';

/** Maximum per address, of requests with a token that is not valid. */
const FAILED_LOGINS = { count: 20, perMs: 60_000 };
const MAX_ADDRESSES = 50_000;

/**
 * Finds the principal of each request once. Requests without a principal pass, and so do those with a token that is not
 * valid, up to 20 per minute and address. A valid token is never refused because of others at the same address.
 * @throws {AppError} `too_many`
 */
export function identifyCaller({
  authenticate,
  logins,
  refusals,
}: Pick<Entrance, 'authenticate' | 'logins' | 'refusals'>): RequestHandler {
  const failed = new CallerRates(FAILED_LOGINS, MAX_ADDRESSES);
  return async (req, res, next) => {
    const hasToken = showsLogin(logins, req.headers.authorization);
    res.locals.loginHeader = hasToken || !logins.user ? 'Authorization' : 'X-User';
    const found = await identify(authenticate, req);
    if (found instanceof AppError) res.locals.refusal = found;
    if (hasToken && (!found || isUnauthorized(found))) countFailure(failed, { req, res, refusals });
    if (found && !(found instanceof AppError)) res.locals.principal = found;
    else if (!hasToken) res.locals.principal = unnamedPrincipal(req, res);
    next();
  };
}

/** A JWT that is refused is no error yet, because some endpoints need no principal. */
async function identify(authenticate: Authenticate, req: Request): Promise<Principal | AppError | undefined> {
  try {
    return await authenticate((name) => req.get(name));
  } catch (error) {
    if (error instanceof AppError && error.code !== 'unavailable') return error;
    throw error;
  }
}

const isUnauthorized = (found: Principal | AppError) => found instanceof AppError && found.code === 'unauthorized';

interface FailedLogin {
  readonly req: Request;
  readonly res: Response;
  readonly refusals: Refusals;
}

function countFailure(failed: CallerRates, { req, res, refusals }: FailedLogin): void {
  const now = performance.now();
  const address = callerAt(req.socket.remoteAddress ?? '');
  const waitMs = failed.waitMs(address, now);
  if (waitMs <= 0) {
    failed.count(address, now);
    return;
  }
  const seconds = Math.ceil(waitMs / 1000);
  res.set('retry-after', String(seconds));
  refusals.add('failed_logins', { address });
  const sentence = `this address has sent ${FAILED_LOGINS.count} requests per minute with tokens that are not valid: try again in ${seconds} s`;
  throw new AppError('too_many', sentence, 'Authorization');
}

export function loginHeaderOf(res: Response): LoginHeader {
  return res.locals.loginHeader === 'Authorization' ? 'Authorization' : 'X-User';
}

/** The principal that `identifyCaller` found. */
export function findPrincipal(res: Response): Principal | undefined {
  const principal: Principal | undefined = res.locals.principal;
  return principal;
}

/** @throws {AppError} `unauthorized` if the request has no principal, or the refusal of its JWT */
export function principalOf(res: Response): Principal {
  const principal = findPrincipal(res);
  // The contract defines the message. The source names the header that it is about.
  if (principal) return principal;
  const header = loginHeaderOf(res);
  if (header === 'Authorization') res.set('www-authenticate', 'Bearer');
  const { refusal } = res.locals;
  if (refusal instanceof AppError) throw refusal;
  throw new AppError('unauthorized', 'Not allowed', header);
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
