import { z } from 'zod';
import { formatOf } from '../../domain/format/format-of.js';
import type { Delivery } from '../../store/deliveries/deliveries.js';
import { type LogKey, loadLogs, newestAttempts } from '../../store/deliveries/log-keys.js';
import type { StoredMessage } from '../../store/deliveries/message-payloads.js';
import type { Db } from '../../store/postgres/knex.js';
import { bySize } from '../../store/webhooks/by-size.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import { sentData } from '../bodies/sent-data.js';
import type { JsonPart } from '../http/pieces.js';
import { webhookAnswer } from '../webhooks/webhook-answer.js';
import { webhookParts } from '../webhooks/webhook-parts.js';
import { DELIVERY_STATES } from './delivery-list-answer.js';
import { attemptAnswer, attemptParts, logAnswer } from './log-answer.js';

/** More attempts than a schedule has. Each has up to 16 KiB of an answer and the tags of its webhook. */
const MAX_ATTEMPTS = 200;
/** Maximum size of the attempts that are in memory at the same time. */
const STEP_BYTES = 512 * 1024;

const deliveryFields = {
  id: z.uuid(),
  state: z.string().meta({
    enum: [...DELIVERY_STATES],
    description: 'held: it waits for its turn, or is due while its webhook is paused, disabled, or has an open circuit',
  }),
  due_at: z.iso
    .datetime()
    .nullable()
    .describe(
      'of the next attempt, while it is pending; null where nobody knows it, because the webhook is not sent to (circuit.next_probe_at of it is when one of all that wait is tried)',
    ),
  because: z.string().nullable().describe('why it was given up, while it is dead'),
};

export const deliveryAnswer = z
  .object({
    ...deliveryFields,
    webhook: webhookAnswer,
    message: z.object({
      id: z.uuid(),
      received_at: z.iso.datetime(),
      subject: z.string().nullable().describe('null when the message is no longer kept'),
      data: z.unknown().describe('the body that is sent; null when the message is no longer kept'),
      data_encoding: logAnswer.shape.data_encoding,
    }),
    attempts: z.array(attemptAnswer).describe(`the newest ${MAX_ATTEMPTS}, oldest first`),
    earlier_attempts_omitted: z.literal(true).optional().describe('there when it has more attempts'),
  })
  .meta({ title: 'Delivery' });

/**
 * The parts of a delivery's JSON. The body that was sent and the answers that were received are copied byte for byte.
 */
export async function* deliveryParts(
  db: Db,
  delivery: Delivery,
  { webhook, message }: { readonly webhook: Webhook; readonly message: StoredMessage | undefined },
): AsyncGenerator<JsonPart> {
  const head = JSON.stringify({
    id: delivery.id,
    state: delivery.state,
    due_at: delivery.dueAt?.toISOString() ?? null,
    because: delivery.because,
  } satisfies z.input<z.ZodObject<typeof deliveryFields>>);
  yield `${head.slice(0, -1)},"webhook":`;
  yield* webhookParts(db, webhook);
  const shown = JSON.stringify({
    id: delivery.messageId,
    received_at: new Date(delivery.receivedAt).toISOString(),
    subject: message?.subject ?? delivery.subject,
  });
  yield `,"message":${shown.slice(0, -1)},`;
  yield* await sentData(message, formatOf(webhook.settings.format, webhook.url));
  yield '},"attempts":[';
  const newest = await newestAttempts(db, delivery.id, MAX_ATTEMPTS + 1);
  yield* attemptsInSteps(db, newest.slice(0, MAX_ATTEMPTS).reverse());
  yield newest.length > MAX_ATTEMPTS ? '],"earlier_attempts_omitted":true}' : ']}';
}

async function* attemptsInSteps(db: Db, keys: readonly LogKey[]): AsyncGenerator<JsonPart> {
  let before = '';
  for (const step of bySize(keys, ({ bytes }) => bytes, STEP_BYTES)) {
    for (const log of await loadLogs(db, step)) {
      if (before) yield before;
      yield* attemptParts(log);
      before = ',';
    }
  }
}
