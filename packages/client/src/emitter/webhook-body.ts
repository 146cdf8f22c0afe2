import type { NewWebhook } from '../resources/webhooks.js';
import { type ReadConfig, SCHEME } from './read-config.js';

/** The webhook that sends the requests of an emitter, without its key and its events. */
export function webhookBody({
  url,
  secret,
  prefix,
  headers,
  timeoutMs,
  isInsecure,
  retry,
}: ReadConfig): Omit<NewWebhook, 'event_ids'> {
  const { startMs, capMs, jitter, ...schedule } = retry;
  return {
    url: url.href,
    format: 'raw',
    ordering: 'webhook',
    signature: { scheme: SCHEME, prefix },
    timeout: `${timeoutMs}ms`,
    retry: { schedule: { start: `${startMs}ms`, cap: `${capMs}ms`, ...schedule }, jitter },
    ...(secret !== undefined && { secret }),
    ...headerMembers(headers),
    ...(isInsecure && { tls: { insecure: true } }),
  };
}

/** The service takes Authorization as a credential, whose value it never shows. */
function headerMembers(headers: ReadConfig['headers']): Pick<NewWebhook, 'headers' | 'auth'> {
  const isCredential = ([name]: readonly [string, string]) => name.toLowerCase() === 'authorization';
  const entries = Object.entries(headers);
  const [credential] = entries.filter(isCredential);
  // The service refuses a name that is there twice.
  const others = entries.filter((entry) => entry !== credential);
  return {
    ...(others.length > 0 && { headers: Object.fromEntries(others) }),
    ...(credential && { auth: { type: 'api_key', header: credential[0], value: credential[1] } }),
  };
}
