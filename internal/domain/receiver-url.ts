import { isHostName } from './host-name.js';
import { isStorable } from './text/storable.js';

/**
 * The reason why messages cannot be POSTed to the URL. Whether its destination is allowed is decided by the rules of
 * the operator.
 */
export function receiverUrlProblem(url: string): string | undefined {
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
