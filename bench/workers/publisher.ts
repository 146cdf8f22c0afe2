import { setImmediate } from 'node:timers/promises';
import { connect, headers, type MsgHdrs, type NatsConnection } from 'nats';
import { blankPayload, markedPayload } from '../mark.js';
import { nowMs } from '../now.js';
import { pace } from './pace.js';
import { serveCommands } from './serve-commands.js';

/** Each message selects one webhook by `Hukz-Tag: pick:<number>`, one after the other. */
export interface Picks {
  readonly from: number;
  readonly count: number;
}

/** Messages of another run that are published at the same time, one after each `every` messages. */
export interface Aside {
  readonly run: number;
  readonly every: number;
  /** The sequence number of the first message: a run may continue during several other runs. */
  readonly first: number;
  readonly picks: Picks;
}

export interface Messages {
  readonly subject: string;
  readonly run: number;
  readonly count: number;
  readonly bytes: number;
  readonly picks?: Picks | undefined;
  readonly aside?: Aside | undefined;
  /** The space that each message names. */
  readonly space?: number | undefined;
}

export type PublisherCommands = {
  connect(url: string): Promise<void>;
  /** Publishes as fast as messages arrive, with at most `window` under way. Returns the time of the start. */
  flood(messages: Messages & { readonly window: number }): Promise<number>;
  /** Returns the intended time of the first message. */
  pace(messages: Messages & { readonly perSecond: number }): Promise<number>;
  /** Reports how many messages of this run have arrived. */
  progress(arrived: number): void;
};

/** The maximum number of messages, and of their bytes, before the socket gets its turn. */
const BURST = 250;
const BURST_BYTES = 4 << 20;

serveCommands(makePublisher());

function makePublisher(): PublisherCommands {
  let connection: NatsConnection | undefined;
  let arrived = 0;
  let wake: (() => void) | undefined;
  const untilProgress = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  const publisherOf = ({ subject, run, bytes, picks, aside, space }: Messages) => {
    const blank = blankPayload(bytes);
    const ofSpace = space === undefined ? undefined : { headers: oneHeader('Hukz-Space', String(space)) };
    const publish = (mark: { run: number; sequence: number }, from: Picks | undefined) => {
      const options = from ? { headers: pick(from, mark.sequence) } : ofSpace;
      connection?.publish(subject, markedPayload(blank, mark), options);
    };
    return (sequence: number) => {
      publish({ run, sequence }, picks);
      if (aside && (sequence + 1) % aside.every === 0)
        publish({ run: aside.run, sequence: aside.first + (sequence + 1) / aside.every - 1 }, aside.picks);
    };
  };

  return {
    async connect(url) {
      connection = await connect({ servers: url });
    },
    async flood(messages) {
      const publish = publisherOf(messages);
      const burst = Math.max(1, Math.min(BURST, Math.floor(BURST_BYTES / messages.bytes)));
      arrived = 0;
      const startedAt = nowMs();
      for (let next = 0; next < messages.count; ) {
        const until = Math.min(messages.count, arrived + messages.window, next + burst);
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

const pick = ({ from, count }: Picks, sequence: number): MsgHdrs =>
  oneHeader('Hukz-Tag', `pick:${from + (sequence % count)}`);

function oneHeader(name: string, value: string): MsgHdrs {
  const header = headers();
  header.set(name, value);
  return header;
}
