import { formatNames } from '../../internal/domain/format/formats.js';
import type { WebhookSettings } from '../../internal/domain/matching/webhook-settings.js';
import { type SchemeName, schemeNames, schemeOf } from '../../internal/domain/signature/schemes.js';
import { usageError } from '../command-failed.js';
import { requireName } from '../signature/read-secret.js';

export interface ListenOptions {
  readonly subjects: readonly string[];
  readonly forwardTo: string;
  readonly settings: WebhookSettings;
  readonly concurrency: number;
  readonly timeoutMs: number;
}

/** @throws {CommandFailed} if the text is not the URL of an application */
export function requireTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.username || url?.password)
    throw usageError('--forward-to: the URL has a user or a password, which webhooks do not send.', 'Leave it out.');
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw usageError(
    '--forward-to: this is not the URL of an application.',
    'Write it as http://localhost:3000/webhooks',
  );
}

/** @throws {CommandFailed} if there is no such scheme */
export const requireScheme = (text: string): SchemeName | 'none' => requireName(text, [...schemeNames, 'none']);

/** @throws {CommandFailed} if the secret does not fit the scheme */
export function requireFittingSecret(secret: string, scheme: SchemeName): string {
  const problem = schemeOf(scheme).problemOf(secret);
  if (problem !== undefined) throw usageError(`--secret: the secret ${problem} (scheme ${scheme}).`);
  return secret;
}

interface Written {
  readonly scheme: SchemeName | 'none';
  readonly prefix?: string;
  readonly format?: string;
}

/** The settings of a webhook that would send the same requests. @throws {CommandFailed} if there is no such format */
export function settingsOf({ scheme, prefix, format }: Written): WebhookSettings {
  const signature = { scheme, ...(prefix !== undefined && { prefix }) };
  if (format === undefined) return { signature };
  const found = formatNames.find((name) => name === format);
  if (!found) throw usageError(`--format: there is no format "${format}".`, `There are ${formatNames.join(', ')}.`);
  return { signature, format: found };
}
