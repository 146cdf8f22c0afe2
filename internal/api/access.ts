import { SECRET_PART, writeAuthSecret } from '../domain/authorisation/auth-secret.js';
import { hintOf, type SecretChange } from '../domain/secret.js';
import { schemeOf } from '../domain/signature/schemes.js';
import type { Webhook } from '../domain/webhook.js';
import {
  type AuthSettings,
  type ProxySettings,
  schemeNameIn,
  type WebhookSettings,
} from '../domain/webhook-settings.js';
import { AppError } from '../errors.js';
import { proxySecrets } from './proxy-secrets.js';
import { authAnswer, authField, authJson, type GivenAuth } from './settings/auth-field.js';
import { type GivenProxy, proxyAnswer, proxyField, proxyJson, proxyPlace } from './settings/proxy-field.js';
import { type GivenTls, tlsAnswer, tlsField, tlsJson } from './settings/tls-field.js';
import { tlsSecrets } from './tls-secrets.js';

/** How a receiver is approached: settings that have a secret part. */
export const accessFields = { auth: authField.nullish(), tls: tlsField.nullish(), proxy: proxyField.nullish() };

export const accessAnswers = { auth: authAnswer.optional(), tls: tlsAnswer.optional(), proxy: proxyAnswer.optional() };

export interface AccessBody {
  readonly auth?: GivenAuth | null | undefined;
  readonly tls?: GivenTls | null | undefined;
  readonly proxy?: GivenProxy | null | undefined;
}

interface Access {
  readonly settings: WebhookSettings;
  readonly secrets: readonly SecretChange[];
}

interface Next {
  readonly url: string;
  readonly settings: WebhookSettings;
}

/** What becomes of them, and of their secrets, when a webhook is made or changed to what is next. */
export function changeAccess(current: Webhook | undefined, { url, settings }: Next, body: AccessBody): Access {
  const { auth: _auth, tls: _tls, proxy: _proxy, ...others } = settings;
  const auth = body.auth === undefined ? settings.auth : body.auth?.settings;
  const tls = body.tls === undefined ? settings.tls : body.tls?.settings;
  const proxy = body.proxy === undefined ? settings.proxy : body.proxy?.settings;
  const changed = { ...others, ...(auth && { auth }), ...(tls && { tls }), ...(proxy && { proxy }) };
  requireOneAuthorisation(changed);
  const secrets = [
    ...authSecrets(current, { url, settings: changed }, body),
    ...tlsSecrets(current, body.tls),
    ...proxySecrets(current, body.proxy),
  ];
  return { settings: changed, secrets };
}

export function accessJson({ settings, secrets }: Pick<Webhook, 'settings' | 'secrets'>) {
  const hint = secrets.find(({ purpose }) => purpose === 'auth')?.hint ?? '';
  return {
    auth: settings.auth && authJson(settings.auth, hint),
    tls: settings.tls && tlsJson(settings.tls),
    proxy: settings.proxy && proxyJson(settings.proxy),
  };
}

function authSecrets(current: Webhook | undefined, next: Next, { auth }: AccessBody): readonly SecretChange[] {
  if (auth === null) return [{ purpose: 'auth', value: null }];
  if (auth?.secret !== undefined) {
    const { settings, secret } = auth;
    return [{ purpose: 'auth', value: writeAuthSecret(settings.type, secret), hint: hintOf(secret) }];
  }
  if (next.settings.auth) requireSameAudience(current, next, next.settings.auth);
  return [];
}

/**
 * A secret was given for whom it is sent to. Whoever may change a webhook could otherwise have it sent to himself, and so
 * read what is never shown.
 */
function requireSameAudience(current: Webhook | undefined, { url, settings }: Next, auth: AuthSettings): void {
  const part = `auth.${SECRET_PART[auth.type]}`;
  const refuse = (message: string) => new AppError('unprocessable', message, 'auth');
  const known = current?.settings.auth;
  if (!current || known?.type !== auth.type) throw refuse(`${part} is a required field`);
  if (new URL(current.url).origin !== new URL(url).origin)
    throw refuse(`${part} was given for ${new URL(current.url).origin}: give it again with the url of another server`);
  if (typeof settings.proxy === 'object' && !isSamePlace(settings.proxy, current.settings.proxy))
    throw refuse(`${part} was not given for another proxy, which may read it: give it again`);
  if (auth.type !== 'oauth2' || known.type !== 'oauth2') return;
  if (auth.tokenUrl !== known.tokenUrl || auth.issuer !== known.issuer)
    throw refuse(`${part} was given for another token_url or issuer: give it again`);
}

function isSamePlace(one: ProxySettings, other: ProxySettings | undefined): boolean {
  return typeof one === 'object' && typeof other === 'object' && proxyPlace(one) === proxyPlace(other);
}

/** Two headers of one name would be up to the receiver. And what `headers` says, everybody reads. */
function requireOneAuthorisation(settings: WebhookSettings): void {
  const { auth, headers = {}, passHeaders = [] } = settings;
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  if (names.includes('authorization'))
    throw new AppError('unprocessable', 'headers: Authorization belongs into auth, where it is not shown', 'headers');
  if (!auth) return;
  const ours = auth.type === 'api_key' ? auth.header.toLowerCase() : 'authorization';
  if (names.includes(ours) || passHeaders.includes(ours) || signatureHeaders(settings).includes(ours))
    throw new AppError(
      'unprocessable',
      `auth: ${ours} is among headers, pass_headers or those of the signature already`,
      'auth',
    );
}

function signatureHeaders(settings: WebhookSettings): readonly string[] {
  const name = schemeNameIn(settings);
  if (name === 'none') return [];
  const scheme = schemeOf(name);
  return scheme.headerNames(settings.signature?.prefix ?? scheme.usualPrefix ?? '');
}
