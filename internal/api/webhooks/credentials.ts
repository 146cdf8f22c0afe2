import { SECRET_PART, writeCredentialSecret } from '../../domain/credentials/credential-secret.js';
import { schemeNameIn, type WebhookSettings } from '../../domain/matching/webhook-settings.js';
import { hintOf, type SecretChange } from '../../domain/secrets/secret.js';
import { schemeOf } from '../../domain/signature/schemes.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import { proxySecrets } from './proxy-secrets.js';
import { type NextDestination, requireSecretsAgain } from './require-secrets-again.js';
import { authAnswer, authField, authJson, type CredentialsInput, newAuthField } from './settings/auth-field.js';
import { type ProxyInput, proxyAnswer, proxyField, proxyJson } from './settings/proxy-field.js';
import { newTlsField, tlsAnswer, tlsField, tlsJson } from './settings/tls-field.js';
import { type JudgedTls, tlsSecrets } from './tls-secrets.js';

/** The settings for connecting to a receiver that have a secret part. */
export const credentialFields = { auth: authField.nullish(), tls: tlsField.nullish(), proxy: proxyField.nullish() };

/** The same fields for a new webhook, which needs the secrets. */
export const newCredentialFields = { ...credentialFields, auth: newAuthField.nullish(), tls: newTlsField.nullish() };

export const credentialAnswers = {
  auth: authAnswer.optional(),
  tls: tlsAnswer.optional(),
  proxy: proxyAnswer.optional(),
};

export interface CredentialBody {
  readonly auth?: CredentialsInput | null | undefined;
  readonly tls?: JudgedTls | null | undefined;
  readonly proxy?: ProxyInput | null | undefined;
}

interface ChangedCredentials {
  readonly settings: WebhookSettings;
  readonly secrets: readonly SecretChange[];
}

/** Applies changes of `auth`, `tls` and `proxy`, and returns the settings and the changes of secrets to store. */
export function changeCredentials(
  current: Webhook | undefined,
  { url, settings, keptHeaders }: NextDestination,
  body: CredentialBody,
): ChangedCredentials {
  const { auth: _auth, tls: _tls, proxy: _proxy, ...others } = settings;
  const auth = body.auth === undefined ? settings.auth : body.auth?.settings;
  const tls = body.tls === undefined ? settings.tls : body.tls?.settings;
  const proxy = body.proxy === undefined ? settings.proxy : body.proxy?.settings;
  const changed = { ...others, ...(auth && { auth }), ...(tls && { tls }), ...(proxy && { proxy }) };
  requireOneCredential(changed);
  const secrets = [
    ...authSecrets(current, changed, body),
    ...tlsSecrets(current, body.tls),
    ...proxySecrets(current, body.proxy),
  ];
  if (current) requireSecretsAgain(current, { url, settings: changed, keptHeaders }, secrets);
  return { settings: changed, secrets };
}

export function credentialJson({ settings, secrets }: Pick<Webhook, 'settings' | 'secrets'>) {
  const hint = secrets.find(({ purpose }) => purpose === 'auth')?.hint ?? '';
  return {
    auth: settings.auth && authJson(settings.auth, hint),
    tls: settings.tls && tlsJson(settings.tls),
    proxy: settings.proxy && proxyJson(settings.proxy),
  };
}

function authSecrets(
  current: Webhook | undefined,
  { auth: next }: WebhookSettings,
  { auth }: CredentialBody,
): readonly SecretChange[] {
  if (auth === null) return [{ purpose: 'auth', value: null }];
  if (auth?.secret !== undefined) {
    const { settings, secret } = auth;
    return [{ purpose: 'auth', value: writeCredentialSecret(settings.type, secret), hint: hintOf(secret) }];
  }
  if (next && current?.settings.auth?.type !== next.type)
    throw new AppError(
      current ? 'conflict' : 'unprocessable',
      `auth.${SECRET_PART[next.type]} is a required field`,
      'auth',
    );
  return [];
}

/**
 * Refuses headers that would compete with the credentials: of two headers of one name, the receiver would use any.
 * `Authorization` is refused in `headers` in any case, because everyone who reads the webhook can read them.
 */
function requireOneCredential(settings: WebhookSettings): void {
  const { auth, headers = {}, passHeaders = [] } = settings;
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  if (names.includes('authorization'))
    throw new AppError('unprocessable', 'headers: put Authorization into auth, which is never returned', 'headers');
  if (!auth) return;
  const credentialHeader = auth.type === 'api_key' ? auth.header.toLowerCase() : 'authorization';
  if (
    names.includes(credentialHeader) ||
    passHeaders.includes(credentialHeader) ||
    signatureHeaders(settings).includes(credentialHeader)
  )
    throw new AppError(
      'unprocessable',
      `auth: ${echo(credentialHeader)} is already in headers, in pass_headers or among the headers of the signature`,
      'auth',
    );
}

function signatureHeaders(settings: WebhookSettings): readonly string[] {
  const name = schemeNameIn(settings);
  if (name === 'none') return [];
  const scheme = schemeOf(name);
  return scheme.headerNames(settings.signature?.prefix ?? scheme.defaultPrefix ?? '');
}
