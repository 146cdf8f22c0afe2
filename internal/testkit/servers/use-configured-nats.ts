import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { type ConsumerConfig, connect, type JetStreamManager, type NatsConnection, type StreamConfig } from 'nats';
import type { NatsServer } from '../../local/nats-server.js';
import { startTestApp, type TestApp } from '../kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../kits/test-database.js';
import { type Receiver, startReceiver } from './receiver.js';
import { startTestNats } from './test-nats.js';

/** The whole service in this process with `INTAKE=jetstream`, on a nats-server that each test configures. */
export class ConfiguredNats {
  receiver!: Receiver;
  nats!: NatsConnection;
  jsm!: JetStreamManager;
  database!: TestDatabase;
  private directory!: string;
  private server: NatsServer | undefined;
  private apps: TestApp[] = [];

  async open(): Promise<void> {
    this.database = await makeTestDatabase();
    this.receiver = await startReceiver();
    this.directory = await mkdtemp(join(tmpdir(), 'hukz-streams-'));
    this.apps = [];
  }

  async close(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.stop()));
    await this.nats.close();
    await this.server?.stop();
    await rm(this.directory, { recursive: true });
    await this.receiver.stop();
    await this.database.drop();
  }

  async serve(config = '', binary?: string): Promise<void> {
    const file = join(this.directory, 'nats.conf');
    await writeFile(file, config);
    this.server = await startTestNats({ jetstream: true, args: ['-c', file], ...(binary ? { binary } : {}) });
    this.nats = await connect({ servers: this.server.url });
    this.jsm = await this.nats.jetstreamManager();
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  /** Gives the running server another configuration. */
  async reload(config: string): Promise<void> {
    await writeFile(join(this.directory, 'nats.conf'), config);
    if (this.server) process.kill(this.server.pid, 'SIGHUP');
  }

  async start(more: Readonly<Record<string, string>> = {}): Promise<TestApp> {
    const parts = { database: this.database, natsUrl: this.url };
    const app = await startTestApp(parts, { HUKZ_INTAKE: 'jetstream', ...more });
    this.apps.push(app);
    return app;
  }

  async stopLast(): Promise<void> {
    await this.apps.pop()?.stop();
  }

  /** A stream of all subjects below its name, unless `more` says otherwise. */
  stream(name: string, more: object = {}) {
    return this.jsm.streams.add({ name, subjects: [`${name.toLowerCase()}.>`], ...more } as Partial<StreamConfig>);
  }

  consumer(stream: string, durable: string, more: object = {}) {
    const config = { durable_name: durable, ack_policy: 'explicit', ...more } as Partial<ConsumerConfig>;
    return this.jsm.consumers.add(stream, config);
  }

  /** Publishes `{"n":0}`, `{"n":1}` and so on. */
  async publish(subject: string, count: number, first = 0): Promise<void> {
    for (let n = first; n < first + count; n++) this.nats.publish(subject, `{"n":${n}}`);
    await this.nats.flush();
  }
}

export async function readinessOf({ api }: TestApp) {
  const { status, body } = await api.get('/health/ready');
  return { status, errors: body.errors, degraded: body.degraded ?? [] };
}

export const linesOf = (app: TestApp, name: string) => app.logger.lines.filter((line) => line.name === name);

export function useConfiguredNats(): ConfiguredNats {
  const kit = new ConfiguredNats();
  beforeEach(() => kit.open());
  afterEach(() => kit.close());
  return kit;
}
