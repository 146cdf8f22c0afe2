import { type Principal, userPrincipal } from './principal.js';

/**
 * Finds the principal that the headers of a request name. Undefined means that they name none, and the API answers 401
 * where it needs one.
 */
export type Authenticate = (header: (name: string) => string | undefined) => Principal | undefined;

const POSITIVE = /^[1-9][0-9]{0,15}$/;

/**
 * Believes `X-User`, so the API has to be behind a gateway that sets it. Two such headers arrive joined by a comma and
 * name no user.
 */
export const authenticateUser: Authenticate = (header) => {
  const text = header('x-user');
  const id = Number(text);
  return text !== undefined && POSITIVE.test(text) && Number.isSafeInteger(id) ? userPrincipal(id) : undefined;
};
