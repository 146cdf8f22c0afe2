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

/** What no stored or answered text of a webhook may show, in the form that `maskBody` takes. */
export function maskedSecrets({ url, settings }: Destination, secrets: readonly OpenSecret[]): readonly string[] {
  const isSent = ({ purpose }: OpenSecret) => purpose !== 'tls' && purpose !== 'signing';
  const sent = secrets.filter(isSent).flatMap((secret) => partsOf(settings, secret));
  const kept = secrets.filter((secret) => !isSent(secret)).flatMap((secret) => partsOf(settings, secret));
  const headers = Object.values(secretHeaders(settings.headers ?? {}));
  return maskable([...[...sent, ...headers, ...urlSecrets(url).flatMap(urlParts)].flatMap(withForms), ...kept]);
}

/** What a receiver gets, it may write in JSON or a URL before it encodes the whole. Keys it never gets. */
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
      // Without its line breaks, of which there may be hundreds: it is found whatever its lines are.
      return readTlsKey(value)
        .split(/-----[^-]+-----/)
        .map((block) => block.replaceAll(/\s/g, ''))
        .filter((block) => block !== '');
    case 'url':
    case 'headers':
      // Among the parts of the destination.
      return [];
    default:
      return purpose satisfies never;
  }
}

/** `whsec_` and `whsk_` name a scheme; the key behind it may be written in other ways. */
function signingParts(value: string): Parts {
  const [, key] = /^whs(?:ec|k)_(.+)$/.exec(value) ?? [];
  return key === undefined ? [value] : [key, Buffer.from(key, 'base64')];
}

function proxyParts(authorization: string): Parts {
  const login = Buffer.from(authorization.slice(authorization.indexOf(' ') + 1), 'base64').toString();
  return [login.slice(login.indexOf(':') + 1), ...loginParts(login)];
}

/** User and password, and how a header carries them. */
const loginParts = (login: string): Parts => [login, Buffer.from(login).toString('base64')];

/** Of a URL, more secrets than this are one: all of it from the first one on. */
const MAX_URL_SECRETS = 20;

function urlSecrets(url: string): readonly string[] {
  const secrets = secretsInUrl(url);
  const [first = ''] = secrets;
  return secrets.length <= MAX_URL_SECRETS
    ? secrets
    : [...secrets.slice(0, MAX_URL_SECRETS), url.slice(url.indexOf(first))];
}

const MIN_SECRET_SEGMENT = 16;

/** A part of a URL, and its segments that alone are the secret: the long ones, or else the last one. Others are names. */
function urlParts(part: string): Parts {
  const segments = part.split('/').filter((segment) => segment !== '');
  const long = segments.filter(({ length }) => length >= MIN_SECRET_SEGMENT);
  return [part, ...(long.length > 0 ? long.slice(0, MAX_URL_SECRETS) : segments.slice(-1))];
}
