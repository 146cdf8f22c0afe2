import type { Rendering } from '../../domain/format/format.js';
import { requestIdOf } from '../../domain/message/headers/request-id.js';
import type { Header } from '../../domain/message/message.js';
import { passedHeaders } from '../../domain/message/passed-headers.js';
import { traceContext } from '../../domain/message/trace-context.js';
import type { OutboundRequest } from './outbound-request.js';

/** A subject that a wildcard matched may contain any UTF-8, which is not allowed in a header. */
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;
const NOT_VISIBLE_ASCII = /[^\x21-\x7e]+/g;
const headerSafe = (subject: string) =>
  VISIBLE_ASCII.test(subject) ? subject : subject.replace(NOT_VISIBLE_ASCII, encodeURIComponent);

/** Returns all headers of a request except those of HTTP itself, as a flat list `name, value, name, value …`. */
export function requestHeaders(
  { plan, message, deliveryId, attempt, replay }: OutboundRequest,
  { contentType, body, headers: ofFormat }: Rendering,
  sender: { readonly userAgent: string; readonly nowMs: number },
): string[] {
  const { sign } = plan;
  const timestamp = Math.floor(sender.nowMs / 1000);
  const subject = headerSafe(message.subject);
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
    'hukz-message',
    message.id,
  ];
  const requestId = requestIdOf(message.headers);
  if (requestId !== undefined) headers.push('hukz-request-id', requestId);
  if (replay) headers.push('hukz-replay', 'true');
  if (plan.headers.length > 0) headers.push(...plan.headers);
  if (ofFormat) headers.push(...ofFormat);
  if (sign) headers.push(...sign({ id: deliveryId, timestamp, subject, body, requestId }));
  if (message.headers.length > 0) pushPassed(headers, message.headers, plan.passHeaders);
  return headers;
}

/** Adds the publisher's headers last. They never replace a header of hukz or of the webhook. */
function pushPassed(headers: string[], messageHeaders: readonly Header[], names: readonly string[]): void {
  const trace = traceContext(messageHeaders);
  if (trace.length > 0) headers.push(...trace);
  if (names.length === 0) return;
  const taken = new Set(headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  const free = names.filter((name) => !taken.has(name));
  headers.push(...passedHeaders(messageHeaders, free));
}
