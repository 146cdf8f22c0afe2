import { z } from 'zod';
import { toBase64 } from '../../domain/message/splice.js';
import { AppError } from '../../errors.js';
import { type ListedDelivery, loadListed } from '../../store/deliveries/list/listed-deliveries.js';
import type { MessageHead } from '../../store/deliveries/message.js';
import { loadMessages } from '../../store/deliveries/message-payloads.js';
import type { Db } from '../../store/postgres/knex.js';
import { id } from '../bodies/numbers.js';
import { isJsonInTurns } from '../bodies/sent-data.js';
import { DELIVERY_STATES } from '../deliveries/delivery-list-answer.js';
import { headersJson } from '../deliveries/header-json.js';
import { erasedAt, erasedAtField } from '../erasures/erased-at.js';
import type { JsonPart } from '../http/pieces.js';

/** Bytes that are encoded together. It is a multiple of three, so that the parts of base64 fit together. */
const PART_BYTES = 3 * 128 * 1024;
const DELIVERIES_AT_ONCE = 100;

const owedAnswer = z.object({
  webhook_id: id,
  delivery_id: z.uuid(),
  state: z.string().meta({ enum: [...DELIVERY_STATES] }),
  attempts: z.int().min(0),
  ended_at: z.iso.datetime().nullable().describe('Time at which it was delivered, cancelled or given up.'),
});

export const messageAnswer = z
  .object({
    id: z.uuid(),
    received_at: z.iso.datetime(),
    event: z.string().describe('The subject.'),
    headers: z.record(z.string(), z.array(z.string())).describe('The values of each header, in their order.'),
    bytes: z.int().min(0).describe('Size of the payload.'),
    erased_at: erasedAtField,
    payload: z
      .unknown()
      .optional()
      .describe('The payload as it was received, if it is JSON. Absent if the message was erased.'),
    payload_base64: z.string().optional().describe('Any other payload, instead of `payload`.'),
    webhooks: z.array(owedAnswer),
  })
  .meta({ title: 'Message' });

/** The parts of a message's JSON. A large payload, and the states of many deliveries, are read in steps. */
export async function* messageParts(db: Db, message: MessageHead): AsyncGenerator<JsonPart> {
  const head = JSON.stringify({
    id: message.id,
    received_at: new Date(message.receivedAt).toISOString(),
    event: message.subject,
    headers: headersJson(message.headers),
    bytes: message.bytes,
    ...erasedAt(message.erasedAt),
  });
  yield `${head.slice(0, -1)},`;
  if (!message.erasedAt) {
    yield* payloadParts(db, message);
    yield ',';
  }
  yield '"webhooks":[';
  yield* webhookParts(db, message);
  yield ']}';
}

async function* payloadParts(db: Db, { id: messageId, receivedAt }: MessageHead): AsyncGenerator<JsonPart> {
  const message = (await loadMessages(db, [{ messageId, receivedAt }])).get(messageId);
  // The message was found a moment ago; retention may have dropped its day since, or it was erased.
  if (!message) throw new AppError('not_found', 'Record not found');
  const { payload } = message;
  if (await isJsonInTurns(payload)) {
    yield '"payload":';
    yield payload;
    return;
  }
  yield '"payload_base64":"';
  for (let from = 0; from < payload.length; from += PART_BYTES)
    yield toBase64(payload.subarray(from, from + PART_BYTES));
  yield '"';
}

async function* webhookParts(db: Db, { deliveries }: MessageHead): AsyncGenerator<JsonPart> {
  for (let from = 0; from < deliveries.length; from += DELIVERIES_AT_ONCE) {
    const listed = await loadListed(db, deliveries.slice(from, from + DELIVERIES_AT_ONCE));
    const texts = listed.map((delivery) => JSON.stringify(owedJson(delivery)));
    yield `${from > 0 ? ',' : ''}${texts.join(',')}`;
  }
}

const owedJson = (delivery: ListedDelivery): z.input<typeof owedAnswer> => ({
  webhook_id: delivery.webhookId,
  delivery_id: delivery.deliveryId,
  state: delivery.state,
  attempts: delivery.attempts,
  ended_at: delivery.endedAt?.toISOString() ?? null,
});
