import { type Parsed, parsed, refused } from '../text/parsed.js';
import { readObject } from './token-answer.js';

/**
 * Returns the URLs at which an issuer may publish its metadata: that of OpenID Connect Discovery, and that of RFC 8414,
 * which places the path at the end.
 */
export function metadataUrls(issuer: string): readonly string[] {
  const url = new URL(issuer);
  const path = url.pathname.replace(/\/+$/, '');
  return [
    `${url.origin}${path}/.well-known/openid-configuration`,
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/**
 * Reads the token endpoint from an issuer's metadata. The metadata must name the same issuer, and an issuer with https
 * must have an endpoint with https.
 */
export function readMetadata(issuer: string, body: Uint8Array): Parsed<string> {
  const metadata = readObject(body);
  if (!metadata) return refused("the issuer's metadata is not a JSON object");
  const { issuer: named, token_endpoint: endpoint } = metadata;
  if (typeof named !== 'string' || withoutSlash(named) !== withoutSlash(issuer))
    return refused("the issuer's metadata names another issuer");
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint))
    return refused("the issuer's metadata names no token endpoint");
  const { protocol, username, password } = new URL(endpoint);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && issuer.startsWith('http:'));
  if (!isSafe || username || password) return refused("the issuer's metadata names a token endpoint that is not https");
  return parsed(endpoint);
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '');
