import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endings } from '../internal/local/endings.js';
import { startNatsServer } from '../internal/local/nats-server.js';
import { startPostgres } from '../internal/local/postgres.js';
import type { ApartSettings, Bench } from './bench.js';
import { createDatabase, openDatabase } from './load/database.js';
import type { Plan } from './load/plan.js';
import { startReceiver } from './load/receiver.js';
import { startWorker, type Worker } from './load/worker.js';
import type { Commands } from './load/worker-protocol.js';
import { startService } from './service.js';
import type { PublisherCommands } from './workers/publisher.js';
import type { ReceiverKind } from './workers/receiver.js';
import type { YardstickCommands } from './workers/yardstick.js';

export interface OpenOptions {
  readonly plan: Plan;
  readonly receiverKind: ReceiverKind;
  readonly profileIn: string | undefined;
  /** The number of processes of a service. Default: the default of the service. */
  readonly workers: number | undefined;
  readonly endings: Endings;
  readonly stop: AbortController;
  say(text: string): void;
}

/** Starts every process. All started processes are in `endings`, even if a later one fails to start. */
export async function openBench(options: OpenOptions): Promise<Bench> {
  const { plan, workers, endings, stop, say } = options;
  const onDeath = (failure: Error) => stop.abort(failure);
  const started = <T>(it: T, end: (it: T) => Promise<unknown>): T => {
    endings.add(() => end(it));
    stop.signal.throwIfAborted();
    return it;
  };
  const directory = started(await mkdtemp(join(tmpdir(), 'hukz-bench-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  // PostgreSQL may have to run as another user, who must be able to enter the directory.
  await chmod(directory, 0o755);

  say('starting PostgreSQL (fsync on), nats-server and the service');
  const dataDir = join(directory, 'postgres');
  const postgres = started(await startPostgres({ dataDir, fsync: true }), (it) => it.stop());
  const nats = started(await startNatsServer({ jetstream: true }), (it) => it.stop());
  const { host, port, user, password } = postgres;
  const empty = join(directory, 'service');
  await mkdir(empty);
  const databases = new Set<string>();
  const databaseNamed = async (name: string) => {
    const address = { host, port, user, password, database: `bench_${name}` };
    if (!databases.has(name)) await createDatabase(address);
    databases.add(name);
    return address;
  };
  const openService = async ({ name, settings, nodeArguments = [] }: ApartSettings) => {
    const address = await databaseNamed(name);
    const service = started(
      await startService({
        nats: nats.url,
        database: address,
        directory: empty,
        profileIn: options.profileIn,
        nodeArguments,
        settings: { ...(workers && { WORKERS: String(workers) }), ...settings },
        onDeath,
      }),
      (it) => it.stop(),
    );
    const database = started(await openDatabase(address), (it) => it.stop());
    return { service, database };
  };
  const { service, database } = await openService({ name: 'main' });
  const receiver = started(await startReceiver(options.receiverKind, onDeath), (it) => it.stop());
  const publisher = started(startWorker<PublisherCommands>({ name: 'publisher', onDeath }), (it) => it.stop());
  const yardstick = started(startWorker<YardstickCommands>({ name: 'yardstick', onDeath }), (it) => it.stop());
  await publisher.ask('connect', nats.url);

  const pids = {
    service: service.pid,
    postgres: postgres.pid,
    nats: nats.pid,
    publisher: publisher.pid,
    receiver: receiver.pid,
  };
  let runs = 0;
  let unnamed = 0;
  const bench: Bench = {
    plan,
    service,
    database,
    receiver,
    publisher,
    yardstick,
    pids,
    natsUrl: nats.url,
    workers,
    async apart(settings, work) {
      const parts = await openService(settings);
      try {
        return await work({ ...bench, ...parts, pids: { ...pids, service: parts.service.pid } });
      } finally {
        await parts.database.stop();
        await parts.service.stop();
      }
    },
    async withReceiver(work) {
      const other = started(await startReceiver(options.receiverKind, onDeath), (it) => it.stop());
      try {
        return await work(other);
      } finally {
        await other.stop();
      }
    },
    async withWorker<C extends Commands, T>(name: string, work: (worker: Worker<C>) => Promise<T>) {
      const worker = started(startWorker<C>({ name, onDeath }), (it) => it.stop());
      try {
        return await work(worker);
      } finally {
        await worker.stop();
      }
    },
    emptyDatabase: () => databaseNamed(`empty_${++unnamed}`),
    nextRun: () => ++runs,
    say,
  };
  return bench;
}
