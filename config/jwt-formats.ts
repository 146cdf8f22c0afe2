import { receiverUrlProblem } from '../internal/domain/receiver-url.js';
import { type Parsed, parsed, refused } from '../internal/domain/text/parsed.js';

const CLAIM = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;
/** They have a meaning of their own in every JWT. */
const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];
const MAX_AUDIENCES = 20;

/** Undefined: none. */
export function parseJwksUrl(text: string): Parsed<string | undefined> {
  if (text === '') return parsed(undefined);
  const problem = receiverUrlProblem(text);
  return problem === undefined ? parsed(text) : refused(`must be a URL: ${problem}`);
}

export function parseAudiences(text: string): Parsed<readonly string[]> {
  const found = text.split(',').flatMap((part) => part.trim() || []);
  return found.length <= MAX_AUDIENCES ? parsed(found) : refused(`may name at most ${MAX_AUDIENCES} audiences`);
}

export function parseClaimName(text: string): Parsed<string> {
  if (!CLAIM.test(text)) return refused('must be 1 to 200 visible ASCII characters without quotes and backslashes');
  return REGISTERED.includes(text) ? refused(`may not be ${text}, which has a meaning of its own`) : parsed(text);
}

/** The URL of the keys decides who may do what: on another machine it has to be https in production. */
export function isOpenToOthers(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
