import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endings } from '../internal/local/endings.js';
import { startNatsServer } from '../internal/local/nats-server.js';
import { startPostgres } from '../internal/local/postgres.js';
import type { Bench } from './bench.js';
import { createDatabase, openDatabase } from './database.js';
import type { Plan } from './plan.js';
import { startReceiver } from './receiver.js';
import { startService } from './service.js';
import { startWorker } from './worker.js';
import type { PublisherCommands } from './workers/publisher.js';
import type { ReceiverKind } from './workers/receiver.js';
import type { YardstickCommands } from './workers/yardstick.js';

export interface OpenOptions {
  readonly plan: Plan;
  readonly receiverKind: ReceiverKind;
  readonly profileIn: string | undefined;
  readonly endings: Endings;
  readonly stop: AbortController;
  say(text: string): void;
}

/** Starts every process. What was started is in `endings`, also when a later one fails. */
export async function openBench({ plan, receiverKind, profileIn, endings, stop, say }: OpenOptions): Promise<Bench> {
  const onDeath = (failure: Error) => stop.abort(failure);
  const started = <T>(it: T, end: (it: T) => Promise<unknown>): T => {
    endings.add(() => end(it));
    stop.signal.throwIfAborted();
    return it;
  };
  const directory = started(await mkdtemp(join(tmpdir(), 'hukz-bench-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  // PostgreSQL may have to run as another user.
  await chmod(directory, 0o755);

  say('starting PostgreSQL (fsync on), nats-server and the service');
  const dataDir = join(directory, 'postgres');
  const postgres = started(await startPostgres({ dataDir, fsync: true }), (it) => it.stop());
  const nats = started(await startNatsServer({ jetstream: true }), (it) => it.stop());
  const { host, port, user, password } = postgres;
  const empty = join(directory, 'service');
  await mkdir(empty);
  const openService = async (intake: 'core' | 'jetstream') => {
    const address = { host, port, user, password, database: `bench_${intake}` };
    await createDatabase(address);
    const options = { nats: nats.url, intake, database: address, directory: empty, profileIn, onDeath };
    const service = started(await startService(options), (it) => it.stop());
    const database = started(await openDatabase(address), (it) => it.stop());
    return { service, database };
  };
  const { service, database } = await openService('core');
  const receiver = started(await startReceiver(receiverKind, onDeath), (it) => it.stop());
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
  let other: Promise<Bench> | undefined;
  const openOther = async (): Promise<Bench> => {
    const parts = await openService('jetstream');
    return { ...bench, ...parts, pids: { ...pids, service: parts.service.pid } };
  };
  const bench: Bench = {
    plan,
    service,
    database,
    receiver,
    publisher,
    yardstick,
    pids,
    overJetStream() {
      other ??= openOther();
      return other;
    },
    nextRun: () => ++runs,
    say,
  };
  return bench;
}
