import type { NatsConnection } from 'nats';
import type { CommandFailed } from '../command-failed.js';
import type { Exchange } from './forward-queue.js';
import { makeForwarder } from './forwarder.js';
import { Forwarding } from './forwarding.js';
import { type ListenOptions, requireTarget } from './listen-options.js';
import { makeRenderMessage } from './render-message.js';
import { timeOf } from './show-exchange.js';
import { requireSubject, subscribe } from './subscribe.js';

export interface Listening {
  readonly nats: NatsConnection;
  /** The prefix of the subjects on which replies to this connection arrive. */
  readonly inboxPrefix: string;
  /** The signing secret. Undefined means that requests are not signed. */
  readonly secret: string | undefined;
  /** The version of hukz, for `user-agent`. */
  readonly version: string;
  onExchange(exchange: Exchange): void;
  say(sentence: string): void;
  /** Called when the server refuses or ends a subscription. */
  onFailure(error: CommandFailed): void;
}

export interface Started {
  readonly forwarding: Forwarding;
  /** Closes the connection, and waits for the running requests. */
  stop(): Promise<void>;
}

/** Forwards messages to an application with NATS rights only. @throws {CommandFailed} if an option is wrong */
export async function startListening(options: ListenOptions, listening: Listening): Promise<Started> {
  const { nats, inboxPrefix, secret, version, onExchange, say, onFailure } = listening;
  for (const subject of options.subjects) requireSubject(subject);
  const to = requireTarget(options.forwardTo);
  const render = makeRenderMessage({ url: to.href, settings: options.settings, secret, version });
  const forwarder = makeForwarder(to, options.timeoutMs);
  const forwarding = new Forwarding({ to, concurrency: options.concurrency, forwarder, onExchange, say });
  await subscribe(nats, {
    subjects: options.subjects,
    inboxPrefix,
    onFailure,
    onMessage(message) {
      const job = render(message);
      if (job.ok) forwarding.accept(job.value);
      else
        say(`${timeOf(new Date())}  ${message.subject}  not sent: ${job.problem}; such a message triggers no webhook`);
    },
  });
  async function stop(): Promise<void> {
    await nats.close();
    await forwarding.stop();
    await forwarder.close();
  }
  return { forwarding, stop };
}
