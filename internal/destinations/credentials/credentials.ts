import { credentialHeaders } from '../../domain/credentials/credential-headers.js';
import { readCredentialSecret } from '../../domain/credentials/credential-secret.js';
import type { CredentialSettings, WebhookSettings } from '../../domain/matching/webhook-settings.js';
import type { OpenSecret } from '../../domain/secrets/secret.js';
import type { ConnectionPath } from '../connection/opener.js';
import type { TokenSource, Tokens } from './tokens/tokens.js';

export interface PreparedCredentials {
  /** Headers for every request, as name, value. */
  readonly headers: readonly string[];
  readonly tokens: TokenSource | undefined;
}

interface Owner {
  readonly id: number;
  readonly auth: CredentialSettings;
  readonly settings: WebhookSettings;
  readonly connectionPath: ConnectionPath | undefined;
}

/** Prepares the credentials for the requests of a webhook. @throws when the secret is missing */
export function prepareCredentials(
  owner: Owner,
  secrets: readonly OpenSecret[],
  tokens: Pick<Tokens, 'sourceFor'>,
): PreparedCredentials {
  const { id, auth, settings, connectionPath } = owner;
  const stored = secrets.find(({ purpose }) => purpose === 'auth');
  if (!stored) throw new Error('the secret of its auth is missing');
  const secret = readCredentialSecret(auth.type, stored.value);
  if (auth.type !== 'oauth2') return { headers: credentialHeaders(auth, secret), tokens: undefined };
  const asker = { webhookId: id, auth, clientSecret: secret, ca: settings.tls?.ca, proxy: connectionPath?.proxy };
  return { headers: [], tokens: tokens.sourceFor(asker) };
}
