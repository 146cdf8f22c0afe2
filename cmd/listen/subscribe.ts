import { ErrorCode, type NatsConnection } from 'nats';
import { allInboxes, makeIsReserved } from '../../internal/domain/matching/reserved.js';
import { parseSubject } from '../../internal/domain/matching/subject.js';
import { covers } from '../../internal/domain/matching/subject-overlap.js';
import { messageOf } from '../../internal/errors.js';
import { makeClientBoundary } from '../../internal/intake/client-boundary.js';
import { CommandFailed, usageError } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import type { ReceivedMessage } from './render-message.js';

/** @throws {CommandFailed} if no event could have the subject */
export function requireSubject(subject: string): void {
  const judged = parseSubject(subject, { allowAll: true });
  if (!judged.ok) throw usageError(`cannot listen to "${subject}": ${judged.problem}`);
}

export interface SubscribeOptions {
  readonly subjects: readonly string[];
  /** The prefix of the subjects on which replies to this connection arrive. */
  readonly inboxPrefix: string;
  onMessage(message: ReceivedMessage): void;
  /** Called when the server refuses or ends a subscription. */
  onFailure(error: CommandFailed): void;
}

/**
 * Subscribes without a queue group, so that no other subscriber misses a message. Messages to the NATS server, replies
 * and the events of hukz itself are left out, and a message that several of the subjects cover is passed on once.
 */
export async function subscribe(nats: NatsConnection, options: SubscribeOptions): Promise<void> {
  const boundary = makeClientBoundary();
  const isReserved = makeIsReserved(allInboxes(options.inboxPrefix, []));
  for (const [index, subject] of options.subjects.entries()) {
    const earlier = options.subjects.slice(0, index);
    nats.subscribe(subject, {
      callback: boundary.guarded((error, msg) => {
        if (error) return options.onFailure(refusal(subject, error));
        if (isReserved(msg.subject) || earlier.some((wide) => covers(wide, msg.subject))) return;
        // The payload is a window into the socket's buffer, which is used again.
        const payload = Uint8Array.from(msg.data);
        options.onMessage({ subject: msg.subject, headers: boundary.headersOf(msg), payload });
      }),
    });
  }
  await nats.flush();
}

/** Explains why the server refuses or ends a subscription. */
export function refusal(subject: string, error: { readonly code: string }): CommandFailed {
  return error.code === ErrorCode.PermissionsViolation
    ? new CommandFailed(`The NATS user may not subscribe to ${subject}.`, {
        exitCode: EXIT.notAllowed,
        advice: 'Ask an operator for the right, or use another subject.',
      })
    : new CommandFailed(`The subscription to ${subject} has ended: ${messageOf(error)}`, {
        exitCode: EXIT.unreachable,
      });
}
