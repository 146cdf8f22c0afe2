import { boundedText } from './bounds.js';
import { isStorable } from './text.js';

const LONGEST = 2048;

/** Why messages cannot be POSTed to this; where they may go is another question: `requireAllowedReceiver`. */
function urlProblem(url: string): string | undefined {
  if (!isStorable(url) || /[\s\p{Cc}\\]/u.test(url)) {
    return 'a URL may not contain spaces, control characters, backslashes or lone surrogates';
  }
  if (!/^https?:\/\/[^/?#]/i.test(url)) return 'a URL begins with http:// or https:// and a host';
  if (!URL.canParse(url)) return 'this is not a URL';
  if (/^https?:\/\/[^/?#]*@/i.test(url)) return 'a URL may not contain a user name or password';
  return new URL(url).port === '0' ? 'port 0 cannot be connected to' : undefined;
}

/** Stored as it was given. */
export const receiverUrl = boundedText(LONGEST)
  .superRefine((url, context) => {
    const problem = url === '' ? undefined : urlProblem(url);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({ format: 'uri', example: 'https://example.com/hook' });
