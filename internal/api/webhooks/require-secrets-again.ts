import { isDeepStrictEqual } from 'node:util';
import { SECRET_PART } from '../../domain/credentials/credential-secret.js';
import type { CredentialSettings, WebhookSettings } from '../../domain/matching/webhook-settings.js';
import type { SecretChange, SecretPurpose } from '../../domain/secrets/secret.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';

/** The values that decide who can read the secrets in a webhook's requests. */
export interface SecretDestination {
  readonly url: string;
  readonly settings: WebhookSettings;
}

export interface NextDestination extends SecretDestination {
  /** Names of secret headers whose values the change does not contain. */
  readonly keptHeaders: readonly string[];
}

/** A stored secret that a change keeps, by its public name. */
interface KeptSecret {
  readonly purpose: SecretPurpose;
  readonly field: string;
  readonly part: string;
}

/**
 * Refuses a change that would send a stored secret to another destination. Otherwise every user who may change a
 * webhook could have its secrets sent to a server of that user. The signing secret is not required, because it is never
 * sent.
 * @throws {AppError} `conflict`, naming every secret to send again
 */
export function requireSecretsAgain(
  current: SecretDestination,
  next: NextDestination,
  changes: readonly SecretChange[],
): void {
  const moved = movedFields(current, next);
  const destinations = movedDestinations(current.settings.auth, next.settings.auth);
  const kept = keptSecrets(next, changes).filter(
    ({ purpose }) => moved.length > 0 || (purpose === 'auth' && destinations.length > 0),
  );
  const [first] = kept;
  if (!first) return;
  const names = kept.map(({ part }) => part).join(' and ');
  const because = [...moved, ...(first.purpose === 'auth' ? destinations : [])].join(' and ');
  throw new AppError(
    'conflict',
    `${names} must be sent again, because ${because} would change: a secret is sent only to the destination for which it was entered`,
    first.field,
  );
}

/** The query of the URL is not among the compared parts, because it does not select another owner's resource. */
function movedFields(current: SecretDestination, next: SecretDestination): readonly string[] {
  const { tls, proxy } = current.settings;
  return [
    ...(placeOf(current.url) === placeOf(next.url) ? [] : ['url']),
    ...(isDeepStrictEqual(tls, next.settings.tls) ? [] : ['tls']),
    ...(isDeepStrictEqual(proxy, next.settings.proxy) ? [] : ['proxy']),
    ...(isListening(current) === isListening(next) ? [] : ['listen']),
  ];
}

/** The fields of `auth` that decide where, or in which header, its secret is sent, and that would change. */
function movedDestinations(
  current: CredentialSettings | undefined,
  next: CredentialSettings | undefined,
): readonly string[] {
  const before = destinationsOf(current);
  const after = destinationsOf(next);
  return Object.keys(after).flatMap((name) => (before[name] === after[name] ? [] : [`auth.${name}`]));
}

function destinationsOf(auth: CredentialSettings | undefined): Readonly<Record<string, string | undefined>> {
  if (auth?.type === 'api_key') return { header: auth.header.toLowerCase() };
  if (auth?.type === 'oauth2') return { token_url: auth.tokenUrl, issuer: auth.issuer };
  return {};
}

function keptSecrets(
  { settings, keptHeaders }: NextDestination,
  changes: readonly SecretChange[],
): readonly KeptSecret[] {
  const { auth, tls, proxy } = settings;
  const needed: KeptSecret[] = [];
  if (auth) needed.push({ purpose: 'auth', field: 'auth', part: `auth.${SECRET_PART[auth.type]}` });
  if (tls?.certificate) needed.push({ purpose: 'tls', field: 'tls', part: 'tls.key' });
  if (typeof proxy === 'object' && proxy.login)
    needed.push({ purpose: 'proxy', field: 'proxy', part: 'the user and password of proxy' });
  for (const name of keptHeaders) needed.push({ purpose: 'headers', field: 'headers', part: `headers.${echo(name)}` });
  return needed.filter(({ purpose }) => !changes.some((change) => change.purpose === purpose));
}

const isListening = ({ settings }: SecretDestination) => settings.listenMs !== undefined;

function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
