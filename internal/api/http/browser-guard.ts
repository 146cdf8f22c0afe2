import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { type Caller, type DoorReason, type DoorSettings, doorRefusal } from '../../domain/egress/browser-door.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import type { Refusals } from './refusals.js';

const HEADER = { host: 'Host', origin: 'Origin', cross_site: 'Sec-Fetch-Site', delivery: 'Hukz-Attempt' } as const;

const sentenceFor: Readonly<Record<DoorReason, (value: string) => string>> = {
  host: (value) => `the host "${value}" is not allowed: API_HOSTS lists the allowed hosts`,
  origin: (value) =>
    `pages of "${value}" may not send requests to this host: API_HOSTS lists the hosts whose pages may`,
  delivery: () => 'requests that hukz sends for a webhook are refused here',
  cross_site: () =>
    'pages of other sites may not send requests to this host: API_HOSTS lists the hosts whose pages may',
};

/** The claims of a request about the host it addresses and about the page that sent it. */
export function callerOf({ method, headers, socket }: IncomingMessage): Caller {
  const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);
  return {
    method: method ?? '',
    host: headers.host,
    origin: one(headers.origin),
    fetchSite: one(headers['sec-fetch-site']),
    fetchMode: one(headers['sec-fetch-mode']),
    fetchDest: one(headers['sec-fetch-dest']),
    localAddress: socket.localAddress,
    attempt: one(headers['hukz-attempt']),
  };
}

/** Refuses other hosts, pages of other sites, and requests of webhooks. @throws {AppError} `forbidden` */
export function guardFromBrowsers(settings: DoorSettings, refusals: Refusals): RequestHandler {
  return (req, _res, next) => {
    const refusal = doorRefusal(callerOf(req), settings);
    if (refusal) {
      const { reason } = refusal;
      const value = echo(refusal.value);
      refusals.add(reason, { value });
      throw new AppError('forbidden', sentenceFor[reason](value), HEADER[reason]);
    }
    next();
  };
}
