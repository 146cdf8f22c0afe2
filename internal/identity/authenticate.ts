import { type Principal, userPrincipal } from './principal.js';
import { readTokenText, type ShownToken, tokenIn } from './token-text.js';

/**
 * Finds the principal that the headers of a request name. Undefined means that they name none, and the API answers 401
 * where it needs one. A promise means that what is known of tokens has to be renewed first; it rejects if it cannot,
 * and with the refusal of a JWT.
 */
export type Authenticate = (
  header: (name: string) => string | undefined,
) => Principal | undefined | Promise<Principal | undefined>;

/** Finds the principal of a token. */
export type FindToken = (shown: ShownToken) => Principal | undefined | Promise<Principal | undefined>;

/** Finds the principal of a JWT. The promise rejects with `unauthorized`, or `forbidden` if its claims are wrong. */
export type FindJwt = (text: string) => Principal | Promise<Principal>;

/** The ways in which callers say who they are (`AUTH`). */
export interface Logins {
  readonly user: boolean;
  readonly token: boolean;
  /** JWTs of the issuer that `AUTH_JWKS_URL` belongs to. Absent: no. */
  readonly jwt?: boolean;
}

export interface Finders {
  readonly token: FindToken;
  readonly jwt?: FindJwt | undefined;
}

const POSITIVE = /^[1-9][0-9]{0,15}$/;
/** The form of a signed JWT, which begins with `{"` in base64. The verification reads its content. */
const JWT = /^Bearer +(ey[\w-]*\.[\w-]*\.[\w-]*) *$/i;

/**
 * Believes `X-User`, so the API has to be behind a gateway that sets it. Two such headers arrive joined by a comma and
 * name no user.
 */
export function authenticateUser(header: (name: string) => string | undefined): Principal | undefined {
  const text = header('x-user');
  const id = Number(text);
  return text !== undefined && POSITIVE.test(text) && Number.isSafeInteger(id) ? userPrincipal(id) : undefined;
}

/** Whether an `Authorization` header shows a token or a JWT that these logins look at. */
export function showsLogin({ token, jwt }: Logins, authorization: string | undefined): boolean {
  return (token && tokenIn(authorization) !== undefined) || (jwt === true && jwtIn(authorization) !== undefined);
}

/**
 * A request with a token or a JWT is a request of its holder, whatever its `X-User` says. If the token is not valid,
 * the request has no principal.
 */
export function makeAuthenticate(logins: Pick<Logins, 'user' | 'token'>, find: Finders): Authenticate {
  const { user, token } = logins;
  if (!token) return authenticateUser;
  return (header) => {
    const authorization = header('authorization');
    const text = tokenIn(authorization);
    if (text !== undefined) {
      const shown = readTokenText(text);
      return shown && find.token(shown);
    }
    const jwt = find.jwt && jwtIn(authorization);
    if (find.jwt && jwt !== undefined) return find.jwt(jwt);
    return user ? authenticateUser(header) : undefined;
  };
}

function jwtIn(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : JWT.exec(authorization)?.[1];
}
