import { isHostName } from '../host-name.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';

/** An HTTP proxy through which connections are made with CONNECT. */
export interface EgressProxy {
  readonly host: string;
  readonly port: number;
  /** The value of `proxy-authorization`, which must never be shown. */
  readonly authorization?: string;
}

/** Parses `http://user:password@proxy:3128`. Problem texts never repeat the input. */
export function parseEgressProxy(text: string): Parsed<EgressProxy> {
  const wrong = refused('must be an HTTP proxy such as http://user:password@proxy.example.com:3128');
  if (!URL.canParse(text)) return wrong;
  const url = new URL(text);
  if (url.protocol !== 'http:' || url.pathname !== '/' || url.search !== '' || url.hash !== '') return wrong;
  if (url.port === '0' || !isHostName(url.hostname)) return wrong;
  const authorization = basic(url.username, url.password);
  if (authorization === undefined) return wrong;
  return parsed({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 80),
    ...(authorization !== '' && { authorization }),
  });
}

/** Returns an empty string when there is no user, or undefined when the percent-encoding is malformed. */
function basic(user: string, password: string): string | undefined {
  if (user === '' && password === '') return '';
  try {
    return `Basic ${Buffer.from(`${decodeURIComponent(user)}:${decodeURIComponent(password)}`).toString('base64')}`;
  } catch {
    return undefined;
  }
}
