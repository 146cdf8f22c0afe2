import type { Format } from '../../domain/format/format.js';
import { hukz } from '../../domain/format/hukz.js';
import { envelope } from '../../domain/message/envelope.js';
import { isJson } from '../../domain/message/json-bytes.js';
import { toBase64 } from '../../domain/message/splice.js';
import type { StoredMessage } from '../../store/deliveries/message-payloads.js';

/**
 * The members `data` and, if the body is not JSON, `data_encoding`. They hold the formatted message byte for byte, or
 * null when the message is no longer kept.
 */
export function sentData(message: StoredMessage | undefined, format: Format): Uint8Array {
  if (!message) return Buffer.from('"data":null');
  const { subject, receivedAt, payload } = message;
  const { body } = format.render({ ...message, ...envelope(subject, receivedAt, payload) });
  if (format === hukz || isJson(body)) return Buffer.concat([Buffer.from('"data":'), body]);
  return Buffer.from(`"data":"${toBase64(body)}","data_encoding":"base64"`);
}
