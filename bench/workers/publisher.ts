import { setImmediate } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { blankPayload, markedPayload } from '../mark.js';
import { nowMs } from '../now.js';
import { pace } from './pace.js';
import { serveCommands } from './serve-commands.js';

export interface Messages {
  readonly subject: string;
  readonly run: number;
  readonly count: number;
  readonly bytes: number;
}

export type PublisherCommands = {
  connect(url: string): Promise<void>;
  /** As fast as they arrive: at most `window` are on their way at the same time. Answers when it began. */
  flood(messages: Messages & { readonly window: number }): Promise<number>;
  /** Answers when the first was to be published. */
  pace(messages: Messages & { readonly perSecond: number }): Promise<number>;
  /** How many of this run have arrived. */
  progress(arrived: number): void;
};

/** Messages before the socket gets its turn. */
const BURST = 250;

serveCommands(makePublisher());

function makePublisher(): PublisherCommands {
  let connection: NatsConnection | undefined;
  let arrived = 0;
  let wake: (() => void) | undefined;
  const untilProgress = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  const publisherOf = ({ subject, run, bytes }: Messages) => {
    const blank = blankPayload(bytes);
    return (sequence: number) => connection?.publish(subject, markedPayload(blank, { run, sequence }));
  };

  return {
    async connect(url) {
      connection = await connect({ servers: url });
    },
    async flood(messages) {
      const publish = publisherOf(messages);
      const startedAt = nowMs();
      arrived = 0;
      for (let next = 0; next < messages.count; ) {
        const until = Math.min(messages.count, arrived + messages.window, next + BURST);
        if (next >= until) await untilProgress();
        while (next < until) publish(next++);
        await setImmediate();
      }
      await connection?.flush();
      return startedAt;
    },
    pace: (messages) => pace(messages.perSecond, messages.count, publisherOf(messages)),
    progress(count) {
      arrived = count;
      wake?.();
    },
  };
}
