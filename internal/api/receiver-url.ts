import { z } from 'zod';
import { AppError } from '../errors.js';
import type { ApiDeps } from './api-deps.js';
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
export const receiverUrl = z
  .string()
  .max(LONGEST)
  .superRefine((url, context) => {
    const problem = url === '' ? undefined : urlProblem(url);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({ format: 'uri', example: 'https://example.com/hook' });

/**
 * Refuses what the sender would refuse for ever: a literal address that is not public, `localhost`, a port, plain http. What a
 * name leads to is judged each time that it is connected to. @throws {AppError} `unprocessable`
 */
export function requireAllowedReceiver(deps: Pick<ApiDeps, 'receiverProblem'>, url: string | undefined): void {
  const problem = url && deps.receiverProblem(new URL(url));
  if (problem) throw new AppError('unprocessable', problem, 'url');
}
