import { environmentVariable } from './environment.js';
import type { ReportRequest } from './http/report.js';
import { type RetryOptions, type RetryPolicy, retryPolicy } from './http/retry-policy.js';

/** The part of `fetch` that the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HukzOptions {
  /** The URL of the API, such as `https://hukz.example.com`; its path precedes all paths. Default: `HUKZ_URL`. */
  readonly url?: string | URL | undefined;
  /** Sent as `Authorization: Bearer …`. Default: `HUKZ_TOKEN`; `null`: none, whatever the environment has. */
  readonly token?: string | null | undefined;
  /** The id of the acting user, sent as `X-User`. Default: `HUKZ_USER`; `null`: none. */
  readonly user?: number | string | null | undefined;
  /**
   * The space in which calls act that do not name one: its number, or `key:<key>`. Default: `HUKZ_SPACE`; `null`: none.
   */
  readonly space?: number | string | null | undefined;
  /**
   * Time for each request until its answer is complete. Default: 30,000, and 120,000 for calls that the service may
   * take a minute for: `apply`, `export` and the counting of replays.
   */
  readonly timeoutMs?: number | undefined;
  /** How failed requests are repeated; `false`: they are not. */
  readonly retry?: RetryOptions | false | undefined;
  /** A function in place of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Called after each request, with what a log needs and without any secret. */
  readonly onRequest?: ReportRequest | undefined;
}

/** A space: its number, or `key:<key>`. */
export type Space = number | `key:${string}`;

/** The options as they are used. */
export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  /** The headers that identify the caller. */
  readonly headers: Readonly<Record<string, string>>;
  readonly space: Space | undefined;
  readonly timeoutMs: number | undefined;
  readonly retry: RetryPolicy;
  readonly fetch: Fetch | undefined;
  readonly onRequest: ReportRequest | undefined;
}

const VISIBLE = /^[!-~]+$/;
const USER = /^[1-9][0-9]{0,15}$/;
/** Numbers that hukz assigns begin at 1,000,000,000,000. */
const MAX_SPACE = Number.MAX_SAFE_INTEGER;
const MAX_TIMEOUT_MS = 2_147_483_647;

/** @throws {TypeError} that names the option, and does not repeat the value of `url` or `token` */
export function readOptions(options: HukzOptions): Settings {
  const token = givenOr(options.token, 'HUKZ_TOKEN');
  const user = givenOr(options.user, 'HUKZ_USER');
  const space = givenOr(options.space, 'HUKZ_SPACE');
  return {
    url: readUrl(options.url ?? environmentVariable('HUKZ_URL')),
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${readToken(token)}` }),
      ...(user !== undefined && { 'X-User': readUser(user) }),
    },
    space: space === undefined ? undefined : readSpace(space),
    timeoutMs: readTimeout(options.timeoutMs),
    retry: retryPolicy(options.retry),
    fetch: options.fetch,
    onRequest: options.onRequest,
  };
}

/** `null` is no value, in spite of the environment. */
function givenOr<T>(given: T | null | undefined, variable: string): T | string | undefined {
  return given === undefined ? environmentVariable(variable) : (given ?? undefined);
}

function readUrl(given: string | URL | undefined): string {
  if (given === undefined) throw new TypeError('url is missing: give the URL of the API, or set HUKZ_URL');
  // The error of `new URL` would repeat the value, which may contain a password.
  const url = URL.canParse(String(given)) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new TypeError('url must be a URL such as https://hukz.example.com');
  if (url.username || url.password) throw new TypeError('url may not contain a user or a password: use token');
  if (url.search || url.hash) throw new TypeError('url may not contain a query or a fragment');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function readToken(token: string): string {
  if (VISIBLE.test(token)) return token;
  throw new TypeError('token must be a string of visible ASCII characters without spaces');
}

export function readUser(user: number | string): string {
  if (USER.test(String(user)) && Number.isSafeInteger(Number(user))) return String(user);
  throw new TypeError('user must be the id of a user, which is a positive integer');
}

export function readSpace(space: number | string): Space {
  const number = /^\d{1,16}$/.test(String(space)) ? Number(space) : Number.NaN;
  if (number <= MAX_SPACE) return number;
  if (isSpaceKey(space)) return space;
  throw new TypeError(
    `space must be the number of a space, an integer from 0 to ${MAX_SPACE}, or a key such as "key:eu"`,
  );
}

const isSpaceKey = (space: number | string): space is `key:${string}` =>
  typeof space === 'string' && /^key:[a-z0-9][a-z0-9._/-]{0,126}$/.test(space);

export function readTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || (timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) return timeoutMs;
  throw new TypeError(`timeoutMs must be a number of milliseconds above 0, and at most ${MAX_TIMEOUT_MS}`);
}
