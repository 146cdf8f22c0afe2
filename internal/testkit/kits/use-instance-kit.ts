import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../../local/nats-server.js';
import { type Ledger, openLedger } from '../account.js';
import { eventually } from '../eventually.js';
import { type Receiver, startReceiver } from '../servers/receiver.js';
import { startTestNats } from '../servers/test-nats.js';
import { makeTestDatabase, type TestDatabase } from './test-database.js';
import { startInstance, type TestInstance } from './test-instance.js';

/** The servers and the receiver of instances that run in separate processes, and functions that close their account. */
export class InstanceKit {
  nats!: NatsConnection;
  ledger!: Ledger;
  receiver!: Receiver;
  private server!: NatsServer;
  private database!: TestDatabase;
  private running: TestInstance[] = [];

  constructor(private readonly settings: Readonly<Record<string, string>>) {}

  async open(): Promise<void> {
    this.server = await startTestNats();
    this.nats = await connect({ servers: this.server.url });
  }

  async close(): Promise<void> {
    await this.nats.close();
    await this.server.stop();
  }

  async begin(): Promise<void> {
    this.database = await makeTestDatabase();
    this.ledger = await openLedger(this.database);
    this.receiver = await startReceiver();
    this.running = [];
  }

  async end(): Promise<void> {
    // The workers of a killed parent wait until their requests end.
    this.receiver.behave({});
    await this.receiver.stop();
    await Promise.all(this.running.map((instance) => instance.kill()));
    await this.ledger.close();
    await this.database.drop();
  }

  /** Starts another instance, which is killed when its test ends. */
  async start(more: Readonly<Record<string, string>> = {}): Promise<TestInstance> {
    const parts = { database: this.database, natsUrl: this.server.url };
    const instance = await startInstance(parts, { ...this.settings, ...more });
    this.running.push(instance);
    return instance;
  }

  /** The `n` of each payload that arrived. */
  numbersReceived(): number[] {
    return this.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n);
  }

  settled(): Promise<void> {
    const isSettled = async () => (await this.ledger.account()).pending === 0;
    return eventually(isSettled, { what: 'nothing pending', timeoutMs: 20_000 });
  }
}

/** Sets up the kit for all tests of a file: one nats-server, and a database, a receiver and instances per test. */
export function useInstanceKit(settings: Readonly<Record<string, string>>): InstanceKit {
  const kit = new InstanceKit(settings);
  beforeAll(() => kit.open());
  afterAll(() => kit.close());
  beforeEach(() => kit.begin());
  afterEach(() => kit.end(), 30_000);
  return kit;
}
