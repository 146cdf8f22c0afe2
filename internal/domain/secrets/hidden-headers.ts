import type { WebhookSettings } from '../matching/webhook-settings.js';
import { HIDDEN_PART } from './hidden-url.js';

type Headers = NonNullable<WebhookSettings['headers']>;

/** Names of headers whose values are secrets. */
const SECRET_NAME =
  /token|secret|passw|signature|credential|session|cookie|jwt|(?:api|access|private|auth|subscription|functions?|service)[-_.]?key|^(?:x-)?key$|authorization|(?:^|[-_.])auth(?:$|[-_.])/i;

export const isSecretHeader = (name: string): boolean => SECRET_NAME.test(name);

/** Replaces each secret header value by `***`. */
export function shownHeaderValues(headers: Headers): Headers {
  return mapSecrets(headers, () => HIDDEN_PART);
}

/** Replaces `***` in headers by the secret values. Names are case-insensitive. */
export function withSecretValues(headers: Headers, secrets: Headers): Headers {
  const known = new Map(Object.entries(secrets).map(([name, value]) => [name.toLowerCase(), value]));
  return mapSecrets(
    headers,
    (value, name) => (value === HIDDEN_PART ? known.get(name.toLowerCase()) : undefined) ?? value,
  );
}

/** Returns only the headers whose values are secrets. */
export function secretHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => isSecretHeader(name)));
}

/** Returns the first header whose value is hidden, so that it cannot be sent. */
export function hiddenHeader(headers: Headers): string | undefined {
  return Object.keys(headers).find((name) => isSecretHeader(name) && headers[name] === HIDDEN_PART);
}

function mapSecrets(headers: Headers, map: (value: string, name: string) => string): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? map(value, name) : value]),
  );
}
