import type { IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { type Principal, userPrincipal } from '../../identity/principal.js';
import type { ErrorForm } from './error-form.js';

/** The conventions of another system's API, which some endpoints follow. */
export interface Protocol {
  /** The first segment of the paths of these endpoints, and of no other. */
  readonly root: string;
  /** The endpoints are also found below this path. */
  readonly prefix: string;
  /** The user of requests without `X-User`. Undefined means that there is none. */
  readonly userId: number | undefined;
  readonly errors: ErrorForm;
}

/** Recognises the requests of a protocol before any other layer. */
export function enterProtocol(protocol: Protocol): RequestHandler {
  const { root, prefix } = protocol;
  return (req, res, next) => {
    if (isBelow(req.url, prefix + root)) req.url = req.url.slice(prefix.length);
    if (isBelow(req.url, root)) res.locals.protocol = protocol;
    next();
  };
}

const isBelow = (url: string, path: string) => url.startsWith(path) && /^(?:[/?]|$)/.test(url.slice(path.length));

export function protocolOf(res: Response): Protocol | undefined {
  const protocol: Protocol | undefined = res.locals.protocol;
  return protocol;
}

/**
 * The principal of a request that names no user. A page of another site can make a browser send such a request without
 * asking hukz, so that requests of browsers have none.
 */
export function unnamedPrincipal({ headers }: IncomingMessage, res: Response): Principal | undefined {
  const userId = protocolOf(res)?.userId;
  const isNamed = headers['x-user'] !== undefined;
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  return userId === undefined || isNamed || isBrowser ? undefined : userPrincipal(userId);
}
