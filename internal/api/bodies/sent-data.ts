import { setImmediate } from 'node:timers/promises';
import type { Format } from '../../domain/format/format.js';
import { hukz } from '../../domain/format/hukz.js';
import { envelope } from '../../domain/message/envelope.js';
import { isJsonInSteps } from '../../domain/message/json-steps.js';
import { toBase64 } from '../../domain/message/splice.js';
import type { StoredMessage } from '../../store/deliveries/message-payloads.js';
import type { WebhookLog } from '../../store/deliveries/webhook-log-row.js';
import type { JsonPart } from '../http/pieces.js';

/**
 * The members `data` and, if the body is not JSON, `data_encoding`. They hold the formatted message byte for byte, or
 * null when the message is no longer kept.
 */
export async function sentData(message: StoredMessage | undefined, format: Format): Promise<readonly JsonPart[]> {
  if (!message) return ['"data":null'];
  const { subject, receivedAt } = message;
  const isPayloadJson = await isJsonInTurns(message.payload);
  const occurrence = { ...message, ...envelope(subject, receivedAt, message.payload, isPayloadJson) };
  const { body } = format.render(occurrence);
  const isPayload = body === occurrence.payload;
  if (format === hukz || (isPayload ? isPayloadJson : await isJsonInTurns(body))) return ['"data":', body];
  return asBase64(body);
}

const asBase64 = (body: Uint8Array): readonly JsonPart[] => [`"data":"${toBase64(body)}","data_encoding":"base64"`];

/** As `sentData`, for a log. An imported log has its body itself. */
export async function loggedData(
  { importedData }: Pick<WebhookLog, 'importedData'>,
  message: StoredMessage | undefined,
  format: Format,
): Promise<readonly JsonPart[]> {
  if (importedData === null) return sentData(message, format);
  return (await isJsonInTurns(importedData)) ? ['"data":', importedData] : asBase64(importedData);
}

/** A payload of several megabytes does not keep other work waiting. */
export async function isJsonInTurns(bytes: Uint8Array): Promise<boolean> {
  const steps = isJsonInSteps(bytes);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    await setImmediate();
  }
}
