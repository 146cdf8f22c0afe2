import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import type { NatsServer } from '../../local/nats-server.js';
import { type Ledger, openLedger } from '../account.js';
import { eventually } from '../eventually.js';
import { type Receiver, startReceiver } from '../servers/receiver.js';
import { startTestNats } from '../servers/test-nats.js';
import { startTestApp, type TestApp } from './test-app.js';
import { makeTestDatabase, type TestDatabase } from './test-database.js';

/** Instances that read streams, started and stopped by the test, on a nats-server with JetStream. */
export class StreamKit {
  nats!: NatsConnection;
  jsm!: JetStreamManager;
  database!: TestDatabase;
  ledger!: Ledger;
  receiver!: Receiver;
  private server!: NatsServer;
  private apps: TestApp[] = [];

  async open(binary: string | undefined): Promise<void> {
    this.server = await startTestNats({ jetstream: true, ...(binary && { binary }) });
    this.nats = await connect({ servers: this.server.url });
    this.jsm = await this.nats.jetstreamManager();
  }

  async close(): Promise<void> {
    await this.nats.close();
    await this.server.stop();
  }

  async begin(): Promise<void> {
    this.database = await makeTestDatabase();
    this.ledger = await openLedger(this.database);
    this.receiver = await startReceiver();
  }

  async end(): Promise<void> {
    await this.stop();
    for await (const { config } of this.jsm.streams.list()) await this.jsm.streams.delete(config.name);
    await this.receiver.stop();
    await this.ledger.close();
    await this.database.drop();
  }

  async start(more: Readonly<Record<string, string>> = {}): Promise<TestApp> {
    const parts = { database: this.database, natsUrl: this.server.url };
    const app = await startTestApp(parts, { HUKZ_INTAKE: 'jetstream', ...more });
    this.apps.push(app);
    return app;
  }

  /** Stops all instances cleanly. */
  async stop(): Promise<void> {
    await Promise.all(this.apps.splice(0).map((app) => app.stop()));
  }

  /** Publishes messages with the numbers from `from` to before `to`, each padded to about `bytes` bytes. */
  async publish(subject: string, from: number, to: number, bytes = 0): Promise<void> {
    const padding = 'x'.repeat(bytes);
    for (let n = from; n < to; n++) this.nats.publish(subject, JSON.stringify({ n, padding }));
    await this.nats.flush();
  }

  /** The numbers of the messages that the receiver got, in order. */
  numbers(): number[] {
    const { requests } = this.receiver;
    return requests.map(({ body }) => JSON.parse(String(body)).payload.n as number).sort((a, b) => a - b);
  }

  /** Resolves when the consumer has delivered everything, and everything is acknowledged. */
  async acknowledged(stream = 'HUKZ', consumer = 'hukz'): Promise<void> {
    await eventually(
      async () => {
        const { num_ack_pending, num_pending } = await this.jsm.consumers.info(stream, consumer);
        return num_ack_pending === 0 && num_pending === 0;
      },
      { what: 'everything acknowledged' },
    );
  }
}

/** Sets up one nats-server for all tests of a file, and a database and a receiver per test. */
export function useStreamKit(binary?: string): StreamKit {
  const kit = new StreamKit();
  beforeAll(() => kit.open(binary));
  afterAll(() => kit.close());
  beforeEach(() => kit.begin());
  afterEach(() => kit.end());
  return kit;
}

export const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

export const logged = (app: TestApp, name: string) => app.logger.lines.filter((line) => line.name === name);

export async function metric(app: TestApp, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${app.app.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
}
