import { readCredentialSecret } from '../../domain/credentials/credential-secret.js';
import { readProxyCredentials } from '../../domain/credentials/proxy-credentials.js';
import { readTlsKey } from '../../domain/credentials/tls-key.js';
import type { WebhookSettings } from '../../domain/matching/webhook-settings.js';
import { secretHeaders } from '../../domain/secrets/hidden-headers.js';
import type { Destination } from '../../domain/secrets/hidden-parts.js';
import { secretsInUrl } from '../../domain/secrets/hidden-url.js';
import { escapedForms } from '../../domain/secrets/masking/escaped-forms.js';
import { maskable } from '../../domain/secrets/masking/mask.js';
import type { OpenSecret } from '../../domain/secrets/secret.js';

type Parts = readonly (string | Uint8Array)[];

/** Returns the secrets that no stored or returned text of a webhook may contain, in the form that `maskBody` takes. */
export function maskedSecrets({ url, settings }: Destination, secrets: readonly OpenSecret[]): readonly string[] {
  const isSent = ({ purpose }: OpenSecret) => purpose !== 'tls' && purpose !== 'signing';
  const sent = secrets.filter(isSent).flatMap((secret) => partsOf(settings, secret));
  const kept = secrets.filter((secret) => !isSent(secret)).flatMap((secret) => partsOf(settings, secret));
  const headers = Object.values(secretHeaders(settings.headers ?? {}));
  return maskable([...[...sent, ...headers, ...urlSecrets(url).flatMap(urlParts)].flatMap(withForms), ...kept]);
}

/**
 * Adds the forms in JSON and in a URL, because a receiver may write a value in these forms before it encodes the whole
 * text. A receiver never gets the keys.
 */
const withForms = (part: string | Uint8Array): Parts =>
  typeof part === 'string' ? [part, ...escapedForms(part)] : [part];

function partsOf({ auth }: WebhookSettings, { purpose, value }: OpenSecret): Parts {
  switch (purpose) {
    case 'signing':
      return signingParts(value);
    case 'auth': {
      if (!auth) return [];
      const secret = readCredentialSecret(auth.type, value);
      return auth.type === 'basic' ? [secret, ...loginParts(`${auth.username}:${secret}`)] : [secret];
    }
    case 'proxy':
      return proxyParts(readProxyCredentials(value));
    case 'tls':
      // The line breaks are removed, because there may be hundreds; the search finds the key however its lines are
      // split.
      return readTlsKey(value)
        .split(/-----[^-]+-----/)
        .map((block) => block.replaceAll(/\s/g, ''))
        .filter((block) => block !== '');
    case 'url':
    case 'headers':
      // These secrets are among the parts of the destination.
      return [];
    default:
      return purpose satisfies never;
  }
}

/** `whsec_` and `whsk_` name a scheme. The key behind the prefix may be written in other ways. */
function signingParts(value: string): Parts {
  const [, key] = /^whs(?:ec|k)_(.+)$/.exec(value) ?? [];
  return key === undefined ? [value] : [key, Buffer.from(key, 'base64')];
}

function proxyParts(authorization: string): Parts {
  const login = Buffer.from(authorization.slice(authorization.indexOf(' ') + 1), 'base64').toString();
  return [login.slice(login.indexOf(':') + 1), ...loginParts(login)];
}

/** User and password, and their form in a header. */
const loginParts = (login: string): Parts => [login, Buffer.from(login).toString('base64')];

/** When a URL has more secrets than this, everything from the first one on is a single secret. */
const MAX_URL_SECRETS = 20;

function urlSecrets(url: string): readonly string[] {
  const secrets = secretsInUrl(url);
  const [first = ''] = secrets;
  return secrets.length <= MAX_URL_SECRETS
    ? secrets
    : [...secrets.slice(0, MAX_URL_SECRETS), url.slice(url.indexOf(first))];
}

const MIN_SECRET_SEGMENT = 16;

/**
 * A part of a URL, and those of its segments that are secrets on their own: the long ones, otherwise the last one.
 * Other segments are names.
 */
function urlParts(part: string): Parts {
  const segments = part.split('/').filter((segment) => segment !== '');
  const long = segments.filter(({ length }) => length >= MIN_SECRET_SEGMENT);
  return [part, ...(long.length > 0 ? long.slice(0, MAX_URL_SECRETS) : segments.slice(-1))];
}
