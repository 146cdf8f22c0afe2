import type { RequestHandler, Response } from 'express';
import { CallerRates, callerAt } from '../../domain/limits/caller-rates.js';
import { formatRate } from '../../domain/limits/rate-limit.js';
import type { RateLimit } from '../../domain/matching/webhook-settings.js';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import { findPrincipal, loginHeaderOf } from './caller.js';
import type { Refusals } from './refusals.js';

/** Maximum per kind of caller, principals and addresses. All of them together use about 10 MiB. */
const MAX_CALLERS = 50_000;

/**
 * Refuses the requests of a principal, and of an address, that exceed the rate. The check comes before the body is
 * read, so that a refused request costs little. Refused requests do not count. @throws {AppError} `too_many`
 */
export function limitRequests(rate: RateLimit, refusals: Refusals): RequestHandler {
  const principals = new CallerRates(rate, MAX_CALLERS);
  const addresses = new CallerRates(rate, MAX_CALLERS);
  const words = formatRate(rate);
  const policy = `q=${rate.count};w=${rate.perMs / 1000}`;
  /** Shows the narrower limit, as the draft "RateLimit header fields for HTTP" of the IETF has it. */
  const showLeft = (res: Response, principal: Principal | undefined, address: string) => {
    const now = performance.now();
    const byAddress = addresses.left(address, now);
    const own = principal && principals.left(principal.subject, now);
    const [name, left] = own && own.requests <= byAddress.requests ? ['caller', own] : ['address', byAddress];
    res.set('ratelimit-policy', `"${name}";${policy}`);
    res.set('ratelimit', `"${name}";r=${left.requests};t=${Math.ceil(left.fullInMs / 1000)}`);
  };

  return (req, res, next) => {
    const now = performance.now();
    const principal = findPrincipal(res);
    const address = callerAt(req.socket.remoteAddress ?? '');
    const ownWaitMs = principal ? principals.waitMs(principal.subject, now) : 0;
    const waitMs = Math.max(ownWaitMs, addresses.waitMs(address, now));
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      res.set('retry-after', String(seconds));
      showLeft(res, principal, address);
      if (principal && ownWaitMs > 0) refusals.add('user_rate', { ...whoIn(res, principal), api_rate: words });
      else refusals.add('address_rate', { address, api_rate: words });
      const who = ownWaitMs > 0 ? whoIs(res) : 'this address';
      const sentence = `${who} has sent more requests than ${words} (API_RATE): try again in ${seconds} s`;
      throw new AppError('too_many', sentence, ownWaitMs > 0 ? loginHeaderOf(res) : undefined);
    }
    if (principal) principals.count(principal.subject, now);
    addresses.count(address, now);
    showLeft(res, principal, address);
    next();
  };
}

const whoIn = (res: Response, { subject, userId }: Principal) =>
  loginHeaderOf(res) === 'X-User' ? { user: userId } : { caller: subject };

const whoIs = (res: Response) => (loginHeaderOf(res) === 'X-User' ? 'this user' : 'this token');
