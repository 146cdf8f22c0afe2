import { createHash } from 'node:crypto';
import type { Header } from '../../../domain/message/message.js';

/**
 * The key under which a publisher's `Nats-Msg-Id` is remembered: a uuid of the subject and the id. Streams remember ids
 * separately, and each subject belongs to one stream. As in a stream, the first id of a message counts, and an empty id
 * is no id.
 */
export function messageKey(subject: string, headers: readonly Header[]): string | undefined {
  const id = headers.find(([name]) => name.toLowerCase() === 'nats-msg-id')?.[1];
  // A subject contains no spaces, so the two parts are always distinguishable.
  return id ? createHash('sha256').update(`${subject} ${id}`).digest('hex').slice(0, 32) : undefined;
}
