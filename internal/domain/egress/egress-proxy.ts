import { isHostName } from '../host-name.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';

/** An HTTP proxy that connections are made through, with CONNECT. */
export interface EgressProxy {
  readonly host: string;
  readonly port: number;
  /** The value of `proxy-authorization`; never to be shown. */
  readonly authorization?: string;
}

/** Reads `http://user:password@proxy:3128`. Problems never repeat the text. */
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

/** Empty without a user; undefined when it is not rightly percent-encoded. */
function basic(user: string, password: string): string | undefined {
  if (user === '' && password === '') return '';
  try {
    return `Basic ${Buffer.from(`${decodeURIComponent(user)}:${decodeURIComponent(password)}`).toString('base64')}`;
  } catch {
    return undefined;
  }
}
