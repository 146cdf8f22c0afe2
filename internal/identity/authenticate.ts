import { type Principal, userPrincipal } from './principal.js';
import { readTokenText, type ShownToken, tokenIn } from './token-text.js';

/**
 * Finds the principal that the headers of a request name. Undefined means that they name none, and the API answers 401
 * where it needs one. A promise means that what is known of tokens has to be renewed first; it rejects if it cannot.
 */
export type Authenticate = (
  header: (name: string) => string | undefined,
) => Principal | undefined | Promise<Principal | undefined>;

/** Finds the principal of a token. */
export type FindToken = (shown: ShownToken) => Principal | undefined | Promise<Principal | undefined>;

/** The ways in which callers say who they are (`AUTH`). */
export interface Logins {
  readonly user: boolean;
  readonly token: boolean;
}

const POSITIVE = /^[1-9][0-9]{0,15}$/;

/**
 * Believes `X-User`, so the API has to be behind a gateway that sets it. Two such headers arrive joined by a comma and
 * name no user.
 */
export function authenticateUser(header: (name: string) => string | undefined): Principal | undefined {
  const text = header('x-user');
  const id = Number(text);
  return text !== undefined && POSITIVE.test(text) && Number.isSafeInteger(id) ? userPrincipal(id) : undefined;
}

/**
 * A request with a token is a request of the token, whatever its `X-User` says. If the token is not valid, the request
 * has no principal.
 */
export function makeAuthenticate({ user, token }: Logins, findToken: FindToken): Authenticate {
  if (!token) return authenticateUser;
  return (header) => {
    const text = tokenIn(header('authorization'));
    if (text === undefined) return user ? authenticateUser(header) : undefined;
    const shown = readTokenText(text);
    return shown && findToken(shown);
  };
}
