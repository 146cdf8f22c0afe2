import { z } from 'zod';
import { shownUrl } from '../../domain/secrets/hidden-url.js';
import { loadHeaders, type StoredMessage } from '../../store/deliveries/message-payloads.js';
import type { WebhookLog } from '../../store/deliveries/webhook-log-row.js';
import type { Deliveries, Stores } from '../api-deps.js';

export const requestAnswer = z
  .object({
    method: z.string(),
    url: z.string().describe('The URL, with its secret parts hidden.'),
    headers: z.record(z.string(), z.string()).describe('Names are in lower case. Credentials are hidden.'),
  })
  .nullable()
  .describe(
    'The request as it was sent, made again by the current settings: its signature is the one that was sent while the secret lives, and its body is `data`. ' +
      'Null if there was no request, or the message has been deleted by retention, or the webhook is deleted.',
  );

/** Whether an attempt made a request, as far as its log says. */
export const hasRequest = ({ outcome }: Pick<WebhookLog, 'outcome'>): boolean =>
  outcome !== 'cancelled' && outcome !== 'interrupted';

export async function requestJson(
  { db, showRequest }: Pick<Stores, 'db'> & Pick<Deliveries, 'showRequest'>,
  log: WebhookLog | undefined,
  message: StoredMessage | undefined,
): Promise<z.input<typeof requestAnswer>> {
  if (!log || !message || !hasRequest(log)) return null;
  const shown = showRequest({
    webhookId: log.webhookId,
    deliveryId: log.deliveryId,
    attempt: log.attempt,
    requestedAt: log.createdAt.getTime(),
    message: { ...message, headers: await loadHeaders(db, log) },
  });
  return shown ? { method: shown.method, url: shownUrl(log.url), headers: shown.headers } : null;
}
