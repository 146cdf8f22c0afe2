import type { WebhookSettings } from '../matching/webhook-settings.js';
import { secretHeaders, shownHeaderValues, withSecretValues } from './hidden-headers.js';
import { shownUrl } from './hidden-url.js';
import type { OpenSecret, SecretChange } from './secret.js';

/** Parts of a webhook that may contain secrets in addition to those of `auth`, `tls` and `proxy`. */
export interface Destination {
  readonly url: string;
  readonly settings: WebhookSettings;
}

/** Returns the destination as it is stored in `webhooks`, shown and logged. */
export function hideSecrets({ url, settings }: Destination): Destination {
  const { headers } = settings;
  return { url: shownUrl(url), settings: headers ? { ...settings, headers: shownHeaderValues(headers) } : settings };
}

/** Returns the secrets that are stored separately in `webhook_secrets`. */
export function hiddenSecrets({ url, settings }: Destination): readonly SecretChange[] {
  const headers = secretHeaders(settings.headers ?? {});
  const hasHeaders = Object.keys(headers).length > 0;
  return [
    { purpose: 'url', value: shownUrl(url) === url ? null : url, hint: '' },
    { purpose: 'headers', value: hasHeaders ? JSON.stringify(headers) : null, hint: '' },
  ];
}

/**
 * Returns the destination as requests use it. A part that was never hidden, or that is not among the secrets, is
 * unchanged.
 */
export function revealSecrets({ url, settings }: Destination, secrets: readonly OpenSecret[]): Destination {
  const { headers } = settings;
  const hidden = secrets.find(({ purpose }) => purpose === 'headers');
  const revealed = headers && hidden && withSecretValues(headers, readHeaders(hidden.value));
  return {
    url: secrets.find(({ purpose }) => purpose === 'url')?.value ?? url,
    settings: revealed ? { ...settings, headers: revealed } : settings,
  };
}

function readHeaders(stored: string): Readonly<Record<string, string>> {
  const read: unknown = JSON.parse(stored);
  if (typeof read !== 'object' || read === null) throw new Error('the secret of its headers has no headers');
  return Object.fromEntries(
    Object.entries(read).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
