import { type Parsed, parsed, refused } from '../text/parsed.js';

export interface AccessToken {
  readonly token: string;
  /** The lifetime, measured from the time of the request. */
  readonly lifetimeMs: number;
}

/** The assumed lifetime when a token endpoint does not state one. */
const DEFAULT_LIFETIME_MS = 300_000;
const MAX_LIFETIME_MS = 24 * 3_600_000;
const MAX_TOKEN_LENGTH = 8192;

/**
 * Error codes of RFC 6749, 8707 and 6750. Only these constants are repeated, because any other part of an answer could
 * be a secret.
 */
const STANDARD_ERRORS: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
]);

/** Parses the answer of a token endpoint. The problem text never repeats the answer. */
export function readTokenAnswer(status: number, body: Uint8Array): Parsed<AccessToken> {
  const answer = readObject(body);
  if (status !== 200) return refused(describeRefusal(status, answer?.error));
  if (!answer) return refused('the token endpoint answered 200 without a JSON object');
  const { access_token: token, token_type: type = 'Bearer', expires_in: expiresIn } = answer;
  if (typeof token !== 'string' || token === '') return refused('the token endpoint answered 200 without a token');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    return refused('the token endpoint returned a token whose type is not Bearer');
  if (token.length > MAX_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(token))
    return refused('the token endpoint returned a token that cannot be sent in a header');
  return parsed({ token, lifetimeMs: lifetimeOf(expiresIn) });
}

/** Returns the JSON object in these bytes, or undefined. */
export function readObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function describeRefusal(status: number, error: unknown): string {
  const answered = `the token endpoint answered ${status}${STANDARD_ERRORS.has(error) ? ` (${error})` : ''}`;
  return status >= 300 && status < 400 ? `${answered}; redirects are not followed` : answered;
}

/** Some servers write the number as a string. */
function lifetimeOf(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return DEFAULT_LIFETIME_MS;
  return Math.min(Math.max(seconds * 1000, 0), MAX_LIFETIME_MS);
}
