import { z } from 'zod';
import { isJson } from '../../domain/message/json-bytes.js';
import { toBase64 } from '../../domain/message/splice.js';
import { type ListedDelivery, loadListed } from '../../store/deliveries/list/listed-deliveries.js';
import { loadPayload, type MessageHead } from '../../store/deliveries/message.js';
import type { Db } from '../../store/postgres/knex.js';
import { id } from '../bodies/numbers.js';
import { DELIVERY_STATES } from '../deliveries/delivery-list-answer.js';
import { headersJson } from '../deliveries/header-json.js';
import type { JsonPart } from '../http/pieces.js';

/** A payload up to this size is examined as a whole: whether it is JSON. That takes 5 ms. */
const MAX_EXAMINED_BYTES = 1024 * 1024;
/** Size of the parts of a larger payload. It is a multiple of three, so that the parts of base64 fit together. */
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
    event: z.string().describe('the subject'),
    headers: z.record(z.string(), z.array(z.string())).describe('the values of each header, in their order'),
    bytes: z.int().min(0).describe('size of the payload'),
    payload: z.unknown().describe('the payload as it came, if it is JSON and has at most 1 MiB'),
    payload_base64: z.string().optional().describe('any other payload, in place of payload'),
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
  });
  yield `${head.slice(0, -1)},`;
  yield* payloadParts(db, message);
  yield ',"webhooks":[';
  yield* webhookParts(db, message);
  yield ']}';
}

async function* payloadParts(db: Db, message: MessageHead): AsyncGenerator<JsonPart> {
  if (message.bytes <= MAX_EXAMINED_BYTES) {
    const payload = await loadPayload(db, message, { from: 0, bytes: message.bytes });
    yield* isJson(payload) ? ['"payload":', payload] : [`"payload_base64":"${toBase64(payload)}"`];
    return;
  }
  yield '"payload_base64":"';
  for (let from = 0; from < message.bytes; from += PART_BYTES) {
    yield toBase64(await loadPayload(db, message, { from, bytes: PART_BYTES }));
  }
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
