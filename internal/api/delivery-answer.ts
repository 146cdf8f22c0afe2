import { z } from 'zod';
import { formatOf } from '../domain/format/format-of.js';
import type { Webhook } from '../domain/webhook.js';
import type { Delivery, DeliveryState } from '../store/deliveries.js';
import type { Db } from '../store/knex.js';
import type { StoredMessage } from '../store/message-payloads.js';
import { attemptAnswer, attemptBytes, logAnswer } from './log-answer.js';
import { inPieces } from './pieces.js';
import { sentData } from './sent-data.js';
import { webhookAnswer } from './webhook-answer.js';
import { webhookTexts } from './webhook-pieces.js';

const states = [
  'pending',
  'held',
  'delivered',
  'dead',
  'cancelled',
  'lost',
] as const satisfies readonly DeliveryState[];

const deliveryFields = {
  id: z.uuid(),
  state: z.string().meta({
    enum: [...states],
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
    attempts: z.array(attemptAnswer).describe('oldest first'),
  })
  .meta({ title: 'Delivery' });

/** A delivery's JSON, with the body as it is sent and the answers as they came, byte for byte. */
export async function* deliveryPieces(
  db: Db,
  delivery: Delivery,
  { webhook, message }: { readonly webhook: Webhook; readonly message: StoredMessage | undefined },
): AsyncGenerator<Uint8Array> {
  const head = JSON.stringify({
    id: delivery.id,
    state: delivery.state,
    due_at: delivery.dueAt?.toISOString() ?? null,
    because: delivery.because,
  } satisfies z.input<z.ZodObject<typeof deliveryFields>>);
  yield Buffer.from(`${head.slice(0, -1)},"webhook":`);
  yield* inPieces(webhookTexts(db, webhook));
  const told = JSON.stringify({
    id: delivery.messageId,
    received_at: new Date(delivery.receivedAt).toISOString(),
    subject: message?.subject ?? delivery.logs[0]?.subject ?? null,
  });
  yield Buffer.concat([
    Buffer.from(`,"message":${told.slice(0, -1)},`),
    sentData(message, formatOf(webhook.settings.format, webhook.url)),
    Buffer.from('},"attempts":['),
  ]);
  for (const [index, log] of delivery.logs.entries()) {
    yield Buffer.concat([Buffer.from(index === 0 ? '' : ','), ...attemptBytes(log)]);
  }
  yield Buffer.from(']}');
}
