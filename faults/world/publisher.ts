import { setTimeout as sleep } from 'node:timers/promises';
import { connect, headers } from 'nats';
import type { Published } from '../audit.js';

export interface Load {
  /** Stops publishing. Resolves when each message is acknowledged or given up. */
  stop(): Promise<void>;
}

export interface PublishOptions {
  /** Gives each message a `Nats-Msg-Id`. */
  readonly withIds?: boolean;
  /** Returns further fields of a message besides its number. */
  readonly fieldsOf?: (number: number) => object;
  /** Returns further headers of a message. */
  readonly headersOf?: (number: number) => Readonly<Record<string, string>>;
}

export interface Publisher {
  readonly published: readonly Published[];
  /** Resolves with whether the message was acknowledged. */
  publish(subject: string, options?: PublishOptions): Promise<boolean>;
  /** Returns a number for a message that the caller publishes; it counts as not acknowledged. */
  number(subject: string): number;
  /** Records that a message which the caller has published was acknowledged. */
  acknowledge(number: number): void;
  /** Publishes this number of messages, a few at a time. */
  burst(subject: string, count: number): Promise<void>;
  /** Publishes at a constant rate to one subject after the other, until it is stopped. */
  load(subjects: readonly string[], perSecond: number, options?: PublishOptions): Load;
  stop(): Promise<void>;
}

const PATIENCE_MS = 5000;
const AT_ONCE = 200;
const TICK_MS = 10;

type PublishedRecord = { -readonly [K in keyof Published]: Published[K] };

/**
 * Publishes each numbered message once, as a request, and records the acknowledgements: by hukz after its commit, or by
 * the stream.
 */
export async function startPublisher(natsUrl: string): Promise<Publisher> {
  const connection = await connect({
    servers: natsUrl,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    reconnectJitter: 10,
    pingInterval: 2000,
  });
  const published: PublishedRecord[] = [];

  const record = (subject: string): PublishedRecord => {
    const made: PublishedRecord = { number: published.length, subject, acknowledged: false };
    published.push(made);
    return made;
  };

  const publish = async (subject: string, { withIds, fieldsOf, headersOf }: PublishOptions = {}): Promise<boolean> => {
    const message = record(subject);
    const body = JSON.stringify({ n: message.number, ...fieldsOf?.(message.number) });
    const sent = headersOfRequest(message, withIds === true);
    for (const [name, value] of Object.entries(headersOf?.(message.number) ?? {})) sent.set(name, value);
    const answer = await connection
      .request(subject, body, { timeout: PATIENCE_MS, headers: sent })
      .catch(() => undefined);
    if (answer) message.acknowledged = isPromise(answer.string());
    return message.acknowledged;
  };

  return {
    published,
    publish,
    number: (subject) => record(subject).number,
    acknowledge(number) {
      const message = published[number];
      if (message) message.acknowledged = true;
    },
    async burst(subject, count) {
      for (let left = count; left > 0; left -= AT_ONCE)
        await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => publish(subject)));
    },
    load(subjects, perSecond, options) {
      const open = new Set<Promise<unknown>>();
      let stopped = false;
      const pace = async () => {
        const startedAt = performance.now();
        let sent = 0;
        while (!stopped) {
          const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1000);
          for (; sent < due; sent++) {
            const one: Promise<unknown> = publish(subjects[sent % subjects.length] ?? '', options).finally(() =>
              open.delete(one),
            );
            open.add(one);
          }
          await sleep(TICK_MS);
        }
      };
      const paced = pace();
      return {
        async stop() {
          stopped = true;
          await paced;
          await Promise.all(open);
        },
      };
    },
    stop: () => connection.close(),
  };
}

/** hukz answers only requests with this header; a stream answers every request. */
function headersOfRequest({ number }: PublishedRecord, withId: boolean) {
  const sent = headers();
  sent.set('Hukz-Receipt', '1');
  if (withId) sent.set('Nats-Msg-Id', `n${number}`);
  return sent;
}

/** Whether the text is an acknowledgement of the journal or of the stream. */
function isPromise(text: string): boolean {
  const answer = JSON.parse(text) as { readonly message_id?: string; readonly seq?: number };
  return typeof answer.message_id === 'string' || typeof answer.seq === 'number';
}
