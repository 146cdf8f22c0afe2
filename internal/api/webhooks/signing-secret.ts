import { randomBytes } from 'node:crypto';
import { schemeNameIn, type WebhookSettings } from '../../domain/matching/webhook-settings.js';
import type { SecretChange } from '../../domain/secrets/secret.js';
import { RANDOM_BYTES } from '../../domain/signature/scheme.js';
import { type SchemeName, schemeOf } from '../../domain/signature/schemes.js';
import { AppError } from '../../errors.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';

interface SigningBody {
  readonly signature?: object | null | undefined;
  readonly secret?: string | undefined;
}

interface ChangedSigning extends SigningBody {
  /** Whether `secret` is the present one, as in a script that sends back what a POST answered. */
  readonly repeatsSecret: boolean;
}

/** A new webhook gets a secret, unless it is configured without a signature. */
export function firstSecret(settings: WebhookSettings, body: SigningBody): readonly SecretChange[] {
  return secretFor(settings, body.secret);
}

/**
 * A secret fits one scheme. A change to another scheme creates a secret for that scheme, and so does a request for a
 * signature if the webhook has no secret yet. Otherwise the secret stays and changes only by rotation, so that no user
 * replaces it without an overlap by mistake.
 */
export function changedSecret(
  current: Webhook,
  settings: WebhookSettings,
  { signature, secret, repeatsSecret }: ChangedSigning,
): readonly SecretChange[] {
  if (signature !== undefined && !staysSigned(current, settings)) return secretFor(settings, secret);
  if (secret === undefined || repeatsSecret) return [];
  const code = signature === undefined ? 'unprocessable' : 'conflict';
  throw new AppError(code, 'secret can be changed only by POST /webhooks/{id}/secret/rotate', 'secret');
}

/** The secret of a declaration. As above, but it may replace the secret of the same scheme. */
export function declaredSecret(
  current: Webhook,
  settings: WebhookSettings,
  { secret }: SigningBody,
): readonly SecretChange[] {
  return staysSigned(current, settings) && secret === undefined ? [] : secretFor(settings, secret);
}

/** Whether the webhook has a secret, and keeps the scheme that the secret fits. */
export const staysSigned = (current: Webhook, settings: WebhookSettings): boolean =>
  schemeNameIn(settings) === schemeNameIn(current.settings) && isSigned(current);

/**
 * A secret that the caller provided, or a generated one, which is shown to the caller once.
 * @param code the error for a secret of another form: `conflict` if the scheme is that of the stored webhook
 */
export function newSecret(
  name: SchemeName,
  brought: string | undefined,
  code: 'unprocessable' | 'conflict' = 'unprocessable',
): SecretChange {
  const { problemOf, makeSecret, publicKeyOf } = schemeOf(name);
  const problem = brought === undefined ? undefined : problemOf(brought);
  if (problem) throw new AppError(code, `secret ${problem}`, 'secret');
  const value = brought ?? makeSecret(randomBytes(RANDOM_BYTES));
  if (publicKeyOf) return { purpose: 'signing', value, hint: publicKeyOf(value) };
  return brought === undefined ? { purpose: 'signing', value, show: true } : { purpose: 'signing', value };
}

function secretFor(settings: WebhookSettings, brought: string | undefined): readonly SecretChange[] {
  const name = schemeNameIn(settings);
  if (name !== 'none') return [newSecret(name, brought)];
  if (brought === undefined) return [{ purpose: 'signing', value: null }];
  throw new AppError('unprocessable', 'secret: a webhook that is not signed has no secret', 'secret');
}

function isSigned(webhook: Webhook): boolean {
  return webhook.secrets.some(({ purpose }) => purpose === 'signing');
}
