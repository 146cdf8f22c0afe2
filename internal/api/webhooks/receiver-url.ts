import { isHostName } from '../../domain/host-name.js';
import { numberPattern } from '../../domain/number-pattern.js';
import { boundedText } from '../bodies/bounds.js';
import { isStorable } from '../bodies/text.js';

const MAX_LENGTH = 2048;

/**
 * The reason why messages cannot be POSTed to the URL. `requireAllowedReceiver` decides whether the destination is
 * allowed.
 */
function urlProblem(url: string): string | undefined {
  if (!isStorable(url) || /[\s\p{Cc}\\]/u.test(url)) {
    return 'a URL may not contain spaces, control characters, backslashes or lone surrogates';
  }
  if (!/^https?:\/\/[^/?#]/i.test(url)) return 'a URL must begin with http:// or https:// and a host';
  if (!URL.canParse(url)) return 'this is not a URL';
  if (/^https?:\/\/[^/?#]*@/i.test(url)) return 'a URL may not contain a user name or password';
  const { hostname, port } = new URL(url);
  if (!isHostName(hostname))
    return 'the host of a URL must consist of letters, digits, - and _, with single dots between them';
  return port === '0' ? 'a URL may not have port 0' : undefined;
}

const LABEL = '[A-Za-z0-9_-]+';
/** A name whose last label is not a number: a host that ends with a number is parsed as an IPv4 address. */
const NAME = `(?:${LABEL}[.])*(?!(?:[0-9]+|0[Xx][0-9A-Fa-f]*)[.]?(?:[:/?#]|$))${LABEL}[.]?`;
const BYTE = `(?:${numberPattern(0, 255)})`;
const IPV6 = String.raw`\[[0-9A-Fa-f:.]{2,45}\]`;
/** A host in ASCII, as `format: uri` requires, with an optional port. */
export const PLACE_PATTERN = `(?:${NAME}|(?:${BYTE}[.]){3}${BYTE}|${IPV6})(?::(?:${numberPattern(1, 65_535)})?)?`;

/** URLs with an optional path and, if `marks` names them, a query and a fragment. */
export function urlPattern(marks: '' | '?' | '?#' = '?#'): string {
  const others = '?#'.replace(marks, '');
  return `^[Hh][Tt][Tt][Pp][Ss]?://${PLACE_PATTERN}(?:[/${marks}]${String.raw`[^${others}\s\\\u0000-\u001f\u007f-\u009f]*)?$`}`;
}

/** The URL is stored as it was given. */
export const receiverUrl = boundedText(MAX_LENGTH)
  .superRefine((url, context) => {
    const problem = url === '' ? undefined : urlProblem(url);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({ format: 'uri', pattern: urlPattern(), example: 'https://example.com/hook' });
