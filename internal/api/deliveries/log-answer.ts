import { z } from 'zod';
import type { LogOutcome } from '../../domain/delivery/attempt.js';
import { isJson } from '../../domain/message/json-bytes.js';
import { shownUrl } from '../../domain/secrets/hidden-url.js';
import type { WebhookLog } from '../../store/deliveries/webhook-log-row.js';
import { id, spaceId, userId } from '../bodies/numbers.js';
import { erasedAt, erasedAtField } from '../erasures/erased-at.js';
import type { JsonPart } from '../http/pieces.js';
import { headersOf } from './header-json.js';

export const logOutcome = z.enum([
  'delivered',
  'failed',
  'dead',
  'local_fault',
  'cancelled',
  'interrupted',
] as const satisfies readonly LogOutcome[]);

export const logAnswer = z
  .object({
    id: z.int().min(1),
    created_at: z.iso.datetime(),
    requested_at: z.iso.datetime().describe('The time at which the request began, which is also `created_at`.'),
    created_by_id: userId,
    event: z.string(),
    url: z.string(),
    response_status_code: z.int().nullable(),
    tags: z.record(z.string(), z.string()),
    webhook_id: id,
    space_id: spaceId,
    message_id: z.uuid(),
    delivery_id: z.uuid(),
    attempt: z.int(),
    outcome: z.string().meta({ enum: logOutcome.options }),
    error: z.string().nullable(),
    erased_at: erasedAtField,
    duration_ms: z.int(),
    next_attempt_at: z.iso
      .datetime()
      .nullable()
      .describe(
        'Time for which the next attempt was scheduled. Null if there is none, or if the delivery waits because its webhook is suspended.',
      ),
    data: z
      .unknown()
      .describe(
        'The body that was sent, in the current format of the webhook. Null when the message has been deleted by retention, or was erased.',
      ),
    data_encoding: z
      .literal('base64')
      .optional()
      .describe('Present if the body is not JSON: `data` is then the body in base64.'),
    response_headers: z
      .record(z.string(), z.array(z.string()))
      .nullable()
      .describe(
        'The headers of the answer, with names in lower case and at most 4 KiB of them; `***` replaces secrets of the webhook. Null if `LOG_HEADERS` does not keep those of this attempt.',
      ),
    request_headers: z
      .record(z.string(), z.array(z.string()))
      .nullable()
      .describe(
        'The headers of the request as it was sent, except those of HTTP itself, with names in lower case and at most 4 KiB of them; `***` replaces credentials and other secrets of the webhook. Null unless `LOG_HEADERS` is `both`, and for attempts from before.',
      ),
    response_body: z
      .unknown()
      .describe(
        "The receiver's answer: JSON as it was received, other text as a string, or null. `***` replaces secrets of the webhook.",
      ),
  })
  .meta({ title: 'WebhookLog' });

/** A log as one attempt of a delivery. The answer shows the message of the delivery beside the attempts. */
export const attemptAnswer = logAnswer.omit({ data: true, data_encoding: true }).meta({ title: 'Attempt' });

/**
 * A log's JSON. The body that was sent and the answer are copied byte for byte, because parsing would change big
 * integers.
 */
export function logParts(log: WebhookLog, sent: readonly JsonPart[]): readonly JsonPart[] {
  return [openText(log), ',', ...sent, ...closeParts(log)];
}

export function attemptParts(log: WebhookLog): readonly JsonPart[] {
  return [openText(log), ...closeParts(log)];
}

function openText(log: WebhookLog): string {
  const head = JSON.stringify({
    id: log.id,
    created_at: log.createdAt.toISOString(),
    requested_at: log.createdAt.toISOString(),
    created_by_id: log.createdById,
    event: log.subject,
    url: shownUrl(log.url),
    response_status_code: log.responseStatusCode,
    tags: log.tags,
    webhook_id: log.webhookId,
    space_id: log.spaceId,
    message_id: log.messageId,
    delivery_id: log.deliveryId,
    attempt: log.attempt,
    outcome: log.outcome,
    error: log.error,
    duration_ms: log.durationMs,
    next_attempt_at: log.nextAttemptAt?.toISOString() ?? null,
    ...erasedAt(log.erasedAt),
    response_headers: log.responseHeaders === null ? null : headersOf(log.responseHeaders),
    request_headers: log.requestHeaders === null ? null : headersOf(log.requestHeaders),
  } satisfies Omit<z.input<typeof logAnswer>, 'data' | 'data_encoding' | 'response_body'>);
  return head.slice(0, -1);
}

function closeParts(log: WebhookLog): readonly JsonPart[] {
  return [',"response_body":', responsePart(log.responseBody), '}'];
}

function responsePart(text: string | null): JsonPart {
  if (text === null) return 'null';
  const bytes = Buffer.from(text);
  return isJson(bytes) ? bytes : JSON.stringify(text);
}
