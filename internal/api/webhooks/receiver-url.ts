import { numberPattern } from '../../domain/number-pattern.js';
import { receiverUrlProblem } from '../../domain/receiver-url.js';
import { boundedText } from '../bodies/bounds.js';

const MAX_LENGTH = 2048;

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
    const problem = url === '' ? undefined : receiverUrlProblem(url);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({ format: 'uri', pattern: urlPattern(), example: 'https://example.com/hook' });
