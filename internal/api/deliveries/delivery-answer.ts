import { z } from 'zod';
import type { Delivery } from '../../store/deliveries/deliveries.js';
import { type LogKey, loadLogs, newestAttempts } from '../../store/deliveries/log-keys.js';
import type { StoredMessage } from '../../store/deliveries/message-payloads.js';
import type { Db } from '../../store/postgres/knex.js';
import { bySize } from '../../store/webhooks/by-size.js';
import { loadFormatNames } from '../../store/webhooks/webhook-formats.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { sentData } from '../bodies/sent-data.js';
import { erasedAt, erasedAtField } from '../erasures/erased-at.js';
import type { JsonPart } from '../http/pieces.js';
import { webhookAnswer } from '../webhooks/webhook-answer.js';
import { webhookParts } from '../webhooks/webhook-parts.js';
import { DELIVERY_STATES } from './delivery-list-answer.js';
import { attemptAnswer, attemptParts, logAnswer } from './log-answer.js';
import { hasRequest, requestAnswer, requestJson } from './request-answer.js';

/** More attempts than a schedule has. Each has up to 16 KiB of an answer and the tags of its webhook. */
const MAX_ATTEMPTS = 200;
/** Number of newest attempts in which the newest request is looked for: a cancellation is an attempt without one. */
const MAX_WITHOUT_REQUEST = 3;
/** Maximum size of the attempts that are in memory at the same time. */
const STEP_BYTES = 512 * 1024;

const deliveryFields = {
  id: z.uuid(),
  state: z.string().meta({
    enum: [...DELIVERY_STATES],
    description:
      '`held`: the delivery waits for an earlier delivery of its ordering key, or its webhook is paused or disabled or has an open circuit.',
  }),
  due_at: z.iso
    .datetime()
    .nullable()
    .describe(
      'Time of the next attempt of a pending delivery. Null while its webhook is suspended. With an open circuit, `circuit.next_probe_at` of the webhook is the time at which one of the waiting deliveries is sent.',
    ),
  because: z.string().nullable().describe('Why the delivery was given up. Null unless it is dead.'),
};

export const deliveryAnswer = z
  .object({
    ...deliveryFields,
    webhook: webhookAnswer,
    message: z.object({
      id: z.uuid(),
      received_at: z.iso.datetime(),
      subject: z.string().nullable().describe('Null when the message has been deleted by retention.'),
      erased_at: erasedAtField,
      data: z
        .unknown()
        .describe('The body that is sent. Null when the message has been deleted by retention, or was erased.'),
      data_encoding: logAnswer.shape.data_encoding,
    }),
    attempts: z.array(attemptAnswer).describe(`The latest ${MAX_ATTEMPTS} attempts, oldest first.`),
    request: requestAnswer.describe('The request of the latest attempt, as `GET /webhooks/logs/{id}` shows it.'),
    earlier_attempts_omitted: z.literal(true).optional().describe('Present if the delivery has more attempts.'),
  })
  .meta({ title: 'Delivery' });

/**
 * The parts of a delivery's JSON. The body that was sent and the answers that were received are copied byte for byte.
 */
export async function* deliveryParts(
  deps: Pick<Stores, 'db'> & Pick<Deliveries, 'showRequest' | 'formatOf'>,
  delivery: Delivery,
  { webhook, message }: { readonly webhook: Webhook; readonly message: StoredMessage | undefined },
): AsyncGenerator<JsonPart> {
  const { db, formatOf } = deps;
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
    ...erasedAt(delivery.erasedAt),
  });
  yield `,"message":${shown.slice(0, -1)},`;
  const formats = await loadFormatNames(db, [webhook.id]);
  yield* await sentData(message, formatOf(formats.get(webhook.id), webhook.url));
  yield '},"attempts":[';
  const newest = await newestAttempts(db, delivery.id, MAX_ATTEMPTS + 1);
  yield* attemptsInSteps(db, newest.slice(0, MAX_ATTEMPTS).reverse());
  const logs = await loadLogs(db, newest.slice(0, MAX_WITHOUT_REQUEST));
  const sent = logs.find(hasRequest);
  yield `],"request":${JSON.stringify(await requestJson(deps, sent, message))}`;
  yield newest.length > MAX_ATTEMPTS ? ',"earlier_attempts_omitted":true}' : '}';
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
