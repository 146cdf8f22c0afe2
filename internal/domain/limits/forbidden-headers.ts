import type { WebhookSettings } from '../matching/webhook-settings.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';

/** A name in lower case, or the beginning of names followed by an asterisk. */
export type HeaderPattern = string;

/** A token of RFC 9110. An asterisk at its end means every name with that beginning. */
const PATTERN = /^(?:[!#$%&'+.^_`|~0-9a-z-]{1,128}\*?|\*)$/;

/** Parses `x-user,x-forwarded-*`, separated by commas. An empty text means no pattern. */
export function parseHeaderPatterns(text: string): Parsed<readonly HeaderPattern[]> {
  const patterns = text.split(',').flatMap((part) => part.trim() || []);
  const wrong = patterns.find((pattern) => !PATTERN.test(pattern.toLowerCase()));
  if (wrong !== undefined)
    return refused(`"${wrong}" is not the name of a header, or a beginning such as x-forwarded-*`);
  return parsed(patterns.map((pattern) => pattern.toLowerCase()));
}

/** A header that a webhook sets and may not set. */
export interface ForbiddenHeader {
  readonly field: 'headers' | 'pass_headers' | 'auth';
  readonly name: string;
}

/**
 * Finds the headers of a webhook's requests whose value its owner, or a publisher, chooses, and that the operator has
 * forbidden. The headers of signatures are not among them, because hukz makes their values.
 */
export function forbiddenHeaders(
  { headers = {}, passHeaders = [], auth }: WebhookSettings,
  patterns: readonly HeaderPattern[],
): readonly ForbiddenHeader[] {
  if (patterns.length === 0) return [];
  const present: readonly ForbiddenHeader[] = [
    ...Object.keys(headers).map((name) => ({ field: 'headers', name }) as const),
    ...passHeaders.map((name) => ({ field: 'pass_headers', name }) as const),
    ...(auth?.type === 'api_key' ? [{ field: 'auth', name: auth.header } as const] : []),
  ];
  return present.filter(({ name }) => patterns.some((pattern) => matches(name.toLowerCase(), pattern)));
}

function matches(name: string, pattern: HeaderPattern): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
