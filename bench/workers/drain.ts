import { AckPolicy, connect, type NatsConnection } from 'nats';
import { nowMs } from '../now.js';
import { serveCommands } from './serve-commands.js';

export type DrainCommands = {
  connect(url: string): Promise<void>;
  /** Counts messages from now on. */
  subscribe(subject: string): Promise<void>;
  /** Resolves with the time at which that number of messages had arrived, and starts counting again. */
  until(count: number): Promise<number>;
  makeStream(subject: string): Promise<void>;
  /** Pulls and acknowledges the messages in the stream. Returns the duration in milliseconds. */
  pull(count: number): Promise<number>;
};

const STREAM = 'BENCH_B3';
const CONSUMER = 'bench';
const AT_ONCE = 5000;

serveCommands(makeDrain());

function makeDrain(): DrainCommands {
  let connection: NatsConnection | undefined;
  let seen = 0;
  let awaited: { readonly count: number; resolve(at: number): void } | undefined;
  const connected = () => {
    if (!connection) throw new Error('not connected');
    return connection;
  };
  const look = () => {
    if (!awaited || seen < awaited.count) return;
    seen = 0;
    awaited.resolve(nowMs());
    awaited = undefined;
  };
  return {
    async connect(url) {
      connection = await connect({ servers: url });
    },
    async subscribe(subject) {
      connected().subscribe(subject, {
        queue: 'bench-b3',
        callback: () => {
          seen++;
          look();
        },
      });
      await connected().flush();
    },
    until: (count) =>
      new Promise((resolve) => {
        awaited = { count, resolve };
        look();
      }),
    async makeStream(subject) {
      const manager = await connected().jetstreamManager();
      await manager.streams.add({ name: STREAM, subjects: [subject] });
      await manager.consumers.add(STREAM, { durable_name: CONSUMER, ack_policy: AckPolicy.Explicit });
    },
    async pull(count) {
      const consumer = await connected().jetstream().consumers.get(STREAM, CONSUMER);
      const from = nowMs();
      const messages = await consumer.consume({ max_messages: AT_ONCE });
      let pulled = 0;
      for await (const message of messages) {
        message.ack();
        if (++pulled === count) break;
      }
      await connected().flush();
      return nowMs() - from;
    },
  };
}
