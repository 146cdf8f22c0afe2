import { createHash } from 'node:crypto';
import type { Header } from '../../domain/message.js';

/** What a publisher's `Nats-Msg-Id` is remembered by: a uuid of fixed length, whatever the id is. The first one counts. */
export function messageKey(headers: readonly Header[]): string | undefined {
  const header = headers.find(([name]) => name.toLowerCase() === 'nats-msg-id');
  return header && createHash('sha256').update(header[1]).digest('hex').slice(0, 32);
}
