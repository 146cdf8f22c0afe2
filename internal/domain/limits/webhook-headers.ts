import { type Parsed, parsed, refused } from '../text/parsed.js';

export const MAX_HEADERS = 20;
export const MAX_HEADER_NAME_LENGTH = 128;
export const MAX_HEADER_VALUE_LENGTH = 4096;
/** RFC 9110: a token. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

/** The pattern of a header's value. */
export const HEADER_VALUE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/** A text that fits into the middle of the name of a signature header, as in `X-<prefix>-Signature`. */
export const HEADER_PREFIX = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/;
export const HEADER_PREFIX_RULE = 'must be 1 to 64 letters, digits and dashes, and may not begin or end with a dash';

/** Headers of HTTP, and headers by which a receiver recognises hukz. An asterisk means every name with that prefix. */
const OURS = [
  ...[
    'host',
    'content-*',
    'transfer-encoding',
    'connection',
    'keep-alive',
    'proxy-*',
    'upgrade',
    'expect',
    'te',
    'trailer',
  ],
  ...['cookie', 'accept-encoding', 'user-agent', 'hukz-*', 'webhook-*', 'ce-*', 'x-hub-signature*', 'traceparent'],
  'tracestate',
];

/**
 * Returns a pattern for the names of headers that a webhook may set: all names except those of HTTP, of hukz and
 * `others`, in any case. The pattern spells out the case because patterns of a JSON schema have no flags.
 */
export function namesBesides(others: readonly string[] = []): RegExp {
  const forms = [...OURS, ...others].map((name) => {
    const letters = name.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
    return letters.endsWith('*') ? letters.slice(0, -1) : `${letters}$`;
  });
  return new RegExp(`^(?!${forms.join('|')})${TOKEN}$`);
}

const ANY_NAME = new RegExp(`^${TOKEN}$`);
const NAME = namesBesides();

/** Validates the name of a header that a webhook sets in its requests. */
export function parseHeaderName(name: string): Parsed<string> {
  if (NAME.test(name)) return parsed(name);
  return refused(ANY_NAME.test(name) ? 'is a header that hukz sets' : 'is not the name of a header');
}
