import { type Parsed, parsed, refused } from '../text/parsed.js';

export interface AccessToken {
  readonly token: string;
  /** From when it was asked for. */
  readonly lifetimeMs: number;
}

/** When a token endpoint does not say how long its token lasts. */
const USUAL_LIFETIME_MS = 300_000;
const MAX_LIFETIME_MS = 24 * 3_600_000;
const MAX_TOKEN_LENGTH = 8192;

/** Codes of RFC 6749, 8707 and 6750: constants, so that nothing of an answer is repeated that could be a secret. */
const KNOWN_ERRORS: ReadonlySet<unknown> = new Set([
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

/** Reads what a token endpoint answered. The words never repeat it. */
export function readTokenAnswer(status: number, body: Uint8Array): Parsed<AccessToken> {
  const answer = readObject(body);
  if (status !== 200) return refused(refusalWords(status, answer?.error));
  if (!answer) return refused('the token endpoint answered 200 without a JSON object');
  const { access_token: token, token_type: type = 'Bearer', expires_in: expiresIn } = answer;
  if (typeof token !== 'string' || token === '') return refused('the token endpoint answered 200 without a token');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    return refused('the token endpoint gave a token that is not of the type Bearer');
  if (token.length > MAX_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(token))
    return refused('the token endpoint gave a token that no header can carry');
  return parsed({ token, lifetimeMs: lifetimeOf(expiresIn) });
}

/** The JSON object in these bytes, if there is one. */
export function readObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function refusalWords(status: number, error: unknown): string {
  const answered = `the token endpoint answered ${status}${KNOWN_ERRORS.has(error) ? ` (${error})` : ''}`;
  return status >= 300 && status < 400 ? `${answered}; redirects are not followed` : answered;
}

/** Some write the number as a string. */
function lifetimeOf(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return USUAL_LIFETIME_MS;
  return Math.min(Math.max(seconds * 1000, 0), MAX_LIFETIME_MS);
}
