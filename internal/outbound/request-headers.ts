import type { OutboundRequest } from './outbound-request.js';

/** A NATS subject may be any UTF-8 when a wildcard matched it; a header may not. */
const NOT_VISIBLE_ASCII = /[^\x21-\x7e]+/g;

/** Every header of a request but those of HTTP itself, as a flat list `name, value, name, value …`. */
export function requestHeaders(request: OutboundRequest, userAgent: string, nowMs: number): string[] {
  const headers = [
    'content-type',
    'application/json',
    'user-agent',
    userAgent,
    'webhook-id',
    request.deliveryId,
    'webhook-timestamp',
    String(Math.floor(nowMs / 1000)),
    'hukz-event',
    request.subject.replace(NOT_VISIBLE_ASCII, encodeURIComponent),
    'hukz-attempt',
    String(request.attempt),
  ];
  return request.replay ? [...headers, 'hukz-replay', 'true'] : headers;
}
