import type { FormatName } from '../../internal/domain/format/formats.js';
import type { WebhookSettings } from '../../internal/domain/matching/webhook-settings.js';
import { type SchemeName, schemeOf } from '../../internal/domain/signature/schemes.js';
import { CommandFailed } from '../command-failed.js';

export interface ListenOptions {
  readonly subjects: readonly string[];
  readonly forwardTo: string;
  readonly format: FormatName | undefined;
  readonly scheme: SchemeName | 'none';
  /** The middle of the names of the scheme's headers. */
  readonly prefix: string | undefined;
  /** The signing secret. The default is the one that is kept for `hukz listen`. */
  readonly secret: string | undefined;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** The command ends after this number of requests. Undefined: at Ctrl-C. */
  readonly count: number | undefined;
  readonly output: 'lines' | 'jsonl';
}

/** @throws {CommandFailed} if the text is not the URL of an application */
export function requireTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new CommandFailed('--forward-to: give the URL of your application, such as http://localhost:3000/webhooks');
}

/** @throws {CommandFailed} if the secret does not fit the scheme */
export function requireFittingSecret(secret: string, scheme: SchemeName): string {
  const problem = schemeOf(scheme).problemOf(secret);
  if (problem !== undefined) throw new CommandFailed(`--secret: the secret ${problem} (scheme ${scheme})`);
  return secret;
}

/** The settings of a webhook that would send the same requests. */
export function settingsOf({ scheme, prefix, format }: ListenOptions): WebhookSettings {
  const signature = { scheme, ...(prefix !== undefined && { prefix }) };
  return { signature, ...(format !== undefined && { format }) };
}
