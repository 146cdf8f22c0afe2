import { envelope } from '../../domain/message/envelope.js';
import type { Header, Message } from '../../domain/message/message.js';

interface Overrides {
  readonly subject?: string;
  readonly headers?: readonly Header[];
}

/** A message as intake creates it, received at noon on 31 January 2026. */
export function makeTestMessage(payload: Uint8Array | string, overrides: Overrides = {}): Message {
  const { subject = 'tag.created', headers = [] } = overrides;
  const receivedAt = Date.UTC(2026, 0, 31, 12);
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const id = '019c1409-f800-7a3b-8c1d-2e4f60718293';
  return { id, receivedAt, subject, headers, ...envelope(subject, receivedAt, bytes) };
}
