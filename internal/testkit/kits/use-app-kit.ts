import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../../local/nats-server.js';
import { eventually } from '../eventually.js';
import { type ReceivedRequest, type Receiver, startReceiver } from '../servers/receiver.js';
import { startTestNats } from '../servers/test-nats.js';
import { startTestApp, type TestApp } from './test-app.js';
import { makeTestDatabase, type TestDatabase } from './test-database.js';

export interface Attempted {
  /** The webhook. */
  readonly id: number;
  readonly request: ReceivedRequest;
  readonly log: { readonly id: number; readonly delivery_id: string };
}

/** The whole service in this process, once or twice, with its servers and a receiver. */
export class AppKit {
  nats!: NatsConnection;
  database!: TestDatabase;
  /** The first instance, or the only one. */
  hukz!: TestApp;
  /** The second instance, if there are two. */
  other!: TestApp;
  /** The receiver, which is new for each test. */
  receiver!: Receiver;
  private server!: NatsServer;
  private apps: TestApp[] = [];

  async open(settings: Readonly<Record<string, string>>, instances: number): Promise<void> {
    this.database = await makeTestDatabase();
    this.server = await startTestNats();
    this.nats = await connect({ servers: this.server.url });
    const parts = { database: this.database, natsUrl: this.server.url };
    for (let n = 0; n < instances; n++) this.apps.push(await startTestApp(parts, settings));
    [this.hukz, this.other] = this.apps as [TestApp, TestApp];
  }

  /** Publishes to a new webhook, and returns the received request and the log that was written of it. */
  async attempt(subject: string, settings: object = {}): Promise<Attempted> {
    const event = await this.hukz.api.event(subject);
    const retry = { schedule: { constant: '1h', tries: 1 } };
    const id = await this.hukz.api.webhook(this.receiver.url, [event], { retry, ...settings });
    this.nats.publish(subject, '{"n":12345678901234567890}');
    const [request] = await this.receiver.waitFor(1);
    const log = await this.logOf(id);
    if (!request) throw new Error('nothing was sent');
    return { id, request, log };
  }

  /** Waits for the first log of a webhook. */
  async logOf<Log extends Attempted['log']>(webhookId: number): Promise<Log> {
    const find = async () => (await this.hukz.api.get(`/webhooks/logs?webhook_id=${webhookId}`)).body.nodes[0];
    await eventually(async () => (await find()) !== undefined, { what: 'a log row' });
    return find();
  }

  async close(): Promise<void> {
    await this.nats.close();
    await Promise.all(this.apps.map((app) => app.stop()));
    await this.server.stop();
    await this.database.drop();
  }
}

/** Sets up the kit for all tests of a file. Retries come soon, as in all tests, unless the settings say otherwise. */
export function useAppKit(settings: Readonly<Record<string, string>> = {}, instances: 1 | 2 = 1): AppKit {
  const kit = new AppKit();
  beforeAll(() => kit.open(settings, instances));
  afterAll(() => kit.close());
  beforeEach(async () => {
    kit.receiver = await startReceiver();
  });
  afterEach(() => kit.receiver.stop());
  return kit;
}
