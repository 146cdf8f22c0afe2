import type { Msg, NatsConnection } from 'nats';
import {
  isListenerFailure,
  type ListenerAnswer,
  writeListenerAnswer,
} from '../../internal/domain/listening/listener-answer.js';
import { METHOD_HEADER } from '../../internal/domain/listening/listener-subject.js';
import type { Header } from '../../internal/domain/message/message.js';
import { makeClientBoundary } from '../../internal/intake/client-boundary.js';
import type { CommandFailed } from '../command-failed.js';
import type { Forwardable } from './forward-queue.js';
import type { LocalAnswer } from './forwarder.js';
import type { Forwarding } from './forwarding.js';
import { headerIn } from './show-exchange.js';
import { refusal } from './subscribe.js';

/** Receives the requests of a listening webhook, and answers each when the application has answered. */
export async function receiveRequests(
  nats: NatsConnection,
  subject: string,
  forwarding: Pick<Forwarding, 'accept'>,
  onFailure: (error: CommandFailed) => void,
): Promise<void> {
  const boundary = makeClientBoundary();
  nats.subscribe(subject, {
    callback: boundary.guarded((error, msg) => {
      if (error) return onFailure(refusal(subject, error));
      const { job, attempt } = readRequest(msg, boundary.headersOf(msg));
      // Without room, the delivery is attempted again later.
      if (!forwarding.accept(job, attempt)) msg.respond(writeListenerAnswer({ kind: 'failed', reason: 'connect' }));
    }),
  });
  await nats.flush();
}

/** A request is forwarded as hukz has made it: its signature would not survive a change. */
function readRequest(msg: Msg, lines: readonly Header[]): { readonly job: Forwardable; readonly attempt: number } {
  const headers = lines.filter(([name]) => name !== METHOD_HEADER).flat();
  const method = lines.find(([name]) => name === METHOD_HEADER)?.[1] ?? 'POST';
  // The payload is a window into the socket's buffer, which is used again.
  const request = { method, headers, body: Uint8Array.from(msg.data) };
  const attempt = Number(headerIn(headers, 'hukz-attempt') ?? 1);
  const job: Forwardable = {
    subject: headerIn(headers, 'hukz-event') ?? '',
    bytes: msg.data.length,
    render: () => request,
    onAnswer: (answer) => void msg.respond(writeListenerAnswer(listenerAnswerOf(answer))),
  };
  return { job, attempt };
}

function listenerAnswerOf(answer: LocalAnswer): ListenerAnswer {
  if (answer.kind === 'failed')
    return { kind: 'failed', reason: isListenerFailure(answer.reason) ? answer.reason : 'bad_response' };
  const { status, headers, body } = answer;
  return { kind: 'answered', status, retryAfter: headerIn(headers, 'retry-after'), body };
}
