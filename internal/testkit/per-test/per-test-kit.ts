import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../../local/nats-server.js';
import type { TestParts } from '../kits/instance-environment.js';
import { startTestApp, type TestApp } from '../kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../kits/test-database.js';
import { startInstance, type TestInstance } from '../kits/test-instance.js';
import { type Receiver, startReceiver } from '../servers/receiver.js';
import { startTestNats } from '../servers/test-nats.js';

type Settings = Readonly<Record<string, string>>;

/** The changes of a test for one start. */
export interface StartOptions extends Partial<TestParts> {
  /** Arguments of `hukz serve`, for instances in processes of their own. */
  readonly args?: readonly string[];
}

interface Ways<Running> {
  start(parts: TestParts, settings: Settings, options: { cwd: string; args?: readonly string[] }): Promise<Running>;
  end(running: Running): Promise<unknown>;
}

/**
 * One nats-server for a file, and for each test a database, a receiver, an empty working directory, and any number of
 * started services, which end with the test.
 */
export class PerTestKit<Running> {
  nats!: NatsConnection;
  natsUrl!: string;
  database!: TestDatabase;
  receiver!: Receiver;
  /** The working directory of instances. */
  cwd!: string;
  private server!: NatsServer;
  private endings: (() => Promise<unknown>)[] = [];

  constructor(
    private readonly ways: Ways<Running>,
    private readonly settings: Settings,
  ) {}

  async open(): Promise<void> {
    this.server = await startTestNats();
    this.natsUrl = this.server.url;
    this.nats = await connect({ servers: this.natsUrl });
  }

  async close(): Promise<void> {
    await this.nats.close();
    await this.server.stop();
  }

  async begin(): Promise<void> {
    this.endings = [];
    this.cwd = await mkdtemp(join(tmpdir(), 'hukz-test-cwd-'));
    [this.database, this.receiver] = await Promise.all([makeTestDatabase(), startReceiver()]);
  }

  async end(): Promise<void> {
    // The workers of a killed parent wait until their requests end.
    this.receiver.behave({});
    await this.receiver.stop();
    for (const end of this.endings.reverse()) await end();
    await this.database.drop();
    await rm(this.cwd, { recursive: true, force: true });
  }

  /** Starts another service, which ends when its test ends. */
  async start(more: Settings = {}, { args, ...parts }: StartOptions = {}): Promise<Running> {
    const all = { database: this.database, natsUrl: this.natsUrl, ...parts };
    const options = { cwd: this.cwd, ...(args && { args }) };
    const running = await this.ways.start(all, { ...this.settings, ...more }, options);
    this.atEnd(() => this.ways.end(running));
    return running;
  }

  /** Does something when the test ends, before what was asked for earlier. */
  atEnd(work: () => Promise<unknown>): void {
    this.endings.push(work);
  }
}

/** `hukz serve` in processes of its own, which end as at a power cut. */
export const INSTANCES: Ways<TestInstance> = { start: startInstance, end: ({ kill }) => kill() };
/** The whole service in this process. */
export const APPS: Ways<TestApp> = { start: startTestApp, end: ({ stop }) => stop() };

/** Sets up a kit for all tests of a file. */
export function usePerTestKit<Kit extends PerTestKit<unknown>>(kit: Kit): Kit {
  beforeAll(() => kit.open());
  afterAll(() => kit.close());
  beforeEach(() => kit.begin());
  afterEach(() => kit.end(), 30_000);
  return kit;
}
