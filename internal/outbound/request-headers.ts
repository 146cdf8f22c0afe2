import type { Rendering } from '../domain/format/format.js';
import type { OutboundRequest } from './outbound-request.js';

/** A NATS subject may be any UTF-8 when a wildcard matched it; a header may not. */
const NOT_VISIBLE_ASCII = /[^\x21-\x7e]+/g;

/** Every header of a request but those of HTTP itself, as a flat list `name, value, name, value …`. */
export function requestHeaders(
  { plan, message, deliveryId, attempt, replay }: OutboundRequest,
  { contentType, body, headers: ofFormat }: Rendering,
  sender: { readonly userAgent: string; readonly nowMs: number },
): string[] {
  const { sign } = plan;
  const timestamp = Math.floor(sender.nowMs / 1000);
  const subject = message.subject.replace(NOT_VISIBLE_ASCII, encodeURIComponent);
  const headers = [
    'content-type',
    contentType,
    'user-agent',
    sender.userAgent,
    'webhook-id',
    deliveryId,
    'webhook-timestamp',
    String(timestamp),
    'hukz-event',
    subject,
    'hukz-attempt',
    String(attempt),
  ];
  if (replay) headers.push('hukz-replay', 'true');
  if (plan.headers.length > 0) headers.push(...plan.headers);
  if (ofFormat) headers.push(...ofFormat);
  if (sign) headers.push(...sign({ id: deliveryId, timestamp, subject, body }));
  return headers;
}
