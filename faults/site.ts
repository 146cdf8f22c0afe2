import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endings } from '../internal/local/endings.js';
import { testEnvironment } from '../internal/testkit/kits/instance-environment.js';
import type { Mode } from './mode.js';
import type { Plan } from './plan.js';
import type { Tally } from './tally.js';
import { until } from './until.js';
import { startWire, type Wire } from './wire.js';
import { type Broker, openBroker } from './world/broker.js';
import { type Cluster, DATABASE, openCluster } from './world/cluster.js';
import { type Hooks, startHooks } from './world/hooks.js';
import { type Instance, startInstance } from './world/instance.js';
import { type Publisher, startPublisher } from './world/publisher.js';

/** The processes and records of one scenario, which it shares with no other. */
export interface Site {
  readonly mode: Mode;
  readonly plan: Plan;
  readonly directory: string;
  readonly cluster: Cluster;
  readonly broker: Broker;
  /** Connections between the instances and PostgreSQL, and NATS. Publishers and receivers do not use them. */
  readonly toDatabase: Wire;
  readonly toNats: Wire;
  readonly hooks: Hooks;
  readonly publisher: Publisher;
  readonly tally: Tally;
  readonly endings: Endings;
  /** Maps the name of each webhook in the account to its subject. */
  readonly webhooks: ReadonlyMap<string, string>;
  /** The environment of an instance. */
  environment(more?: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  start(options?: StartOptions): Promise<Instance>;
  /**
   * Registers the event, unless it is registered, and a webhook on it with settings. Returns its id when all instances
   * have loaded it.
   */
  webhook(instance: Instance, name: string, subject: string, settings?: object): Promise<number>;
  /**
   * Replaces the database server: new connections of the instances reach the given one, and the account is read from
   * it.
   */
  moveTo(cluster: Cluster): void;
  /** Adds a webhook to the account that was registered otherwise. */
  expect(name: string, subject: string): void;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

export interface OpenOptions {
  readonly mode: Mode;
  readonly plan: Plan;
  /** Whether an instance counts as dead after the plan's silence instead of the default. */
  readonly isDeadly: boolean;
  readonly template: string;
  readonly directory: string;
  /** The directory for the lines of the instances. */
  readonly logs: string;
  readonly endings: Endings;
  readonly tally: Tally;
  /** Aborted when the scenario has ended: no process may be started after this. */
  readonly over: AbortSignal;
}

/** Starts PostgreSQL, nats-server, wires, receivers and a publisher. All started processes are in `endings`. */
export async function openSite(options: OpenOptions): Promise<Site> {
  const { mode, plan, directory, endings, tally, over } = options;
  const started = async <T>(it: T, end: (it: T) => Promise<unknown>): Promise<T> => {
    if (over.aborted) await end(it);
    over.throwIfAborted();
    endings.add(() => end(it));
    return it;
  };
  await mkdir(options.logs, { recursive: true });
  const [cluster, broker] = await Promise.all([
    openCluster(options.template, join(directory, 'postgres')).then((it) => started(it, () => it.kill())),
    openBroker(join(directory, 'nats'), mode === 'jetstream').then((it) => started(it, () => it.kill())),
  ]);
  let current = cluster;
  const toDatabase = await started(await startWire(cluster.port), (it) => it.stop());
  const toNats = await started(await startWire(broker.port), (it) => it.stop());
  const hooks = await started(await startHooks(), (it) => it.stop());
  const publisher = await started(await startPublisher(broker.url), (it) => it.stop());
  const webhooks = new Map<string, string>();
  const events = new Map<string, Promise<number>>();
  const instances: Instance[] = [];
  let begun = 0;

  /** A change of the catalog is active in the other instances within a second. */
  const knownToAll = () =>
    until(async () => {
      const living = instances.filter(({ isAlive }) => isAlive);
      const known = await Promise.all(living.map((each) => each.metric('hukz_catalog_webhooks')));
      return known.every((count) => count >= webhooks.size);
    }, 'the webhook known to every instance');

  const environment = (more: Readonly<Record<string, string>> = {}) => {
    const { user, password } = cluster;
    const settings = {
      host: '127.0.0.1',
      port: toDatabase.port,
      user,
      password,
      name: DATABASE,
      sslMode: 'disable',
    } as const;
    return testEnvironment(
      { database: { settings }, natsUrl: `nats://127.0.0.1:${toNats.port}` },
      {
        HUKZ_INTAKE: mode,
        HUKZ_REQUEST_TIMEOUT: '60s',
        ...(options.isDeadly && { HUKZ_INSTANCE_TIMEOUT: `${plan.instanceTimeoutMs}ms` }),
        HUKZ_RETRY_SCHEDULE: RETRIES,
        ...more,
      },
    );
  };

  return {
    mode,
    plan,
    directory,
    get cluster() {
      return current;
    },
    broker,
    toDatabase,
    toNats,
    hooks,
    publisher,
    endings,
    webhooks,
    tally,
    environment,
    async start({ env, nodeArgs } = {}) {
      const logFile = join(options.logs, `instance-${++begun}.log`);
      const instance = await startInstance({
        env: environment(env),
        directory,
        logFile,
        ...(nodeArgs && { nodeArgs }),
      });
      instances.push(instance);
      return started(instance, (it) => it.kill());
    },
    async webhook({ api }, name, subject, settings) {
      const event = events.get(subject) ?? api.event(subject);
      events.set(subject, event);
      const id = await api.webhook(hooks.urlOf(name), [await event], settings);
      webhooks.set(name, subject);
      await knownToAll();
      return id;
    },
    moveTo(other) {
      current = other;
      toDatabase.lead(other.port);
    },
    expect: (name, subject) => void webhooks.set(name, subject),
  };
}

/** Many short waits: a receiver that fails often, or for some seconds, must not cause dead letters. */
const RETRIES = [...Array(5).fill('100ms'), ...Array(5).fill('300ms'), ...Array(120).fill('1s')].join(',');
