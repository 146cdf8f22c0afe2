import type { Database, DatabaseAddress } from './load/database.js';
import type { Plan } from './load/plan.js';
import type { Receiver } from './load/receiver.js';
import type { Worker } from './load/worker.js';
import type { Commands } from './load/worker-protocol.js';
import type { Service } from './service.js';
import type { Pids } from './usage.js';
import type { PublisherCommands } from './workers/publisher.js';
import type { YardstickCommands } from './workers/yardstick.js';

/** The processes of a benchmark, for a row to measure with. */
export interface Bench {
  readonly plan: Plan;
  readonly service: Service;
  readonly database: Database;
  readonly receiver: Receiver;
  readonly publisher: Worker<PublisherCommands>;
  readonly yardstick: Worker<YardstickCommands>;
  readonly pids: Pids;
  /** Runs the work with a separate service, which ends with the work. */
  apart<T>(settings: ApartSettings, work: (bench: Bench) => Promise<T>): Promise<T>;
  /** Runs the work with another receiver, which ends with the work. */
  withReceiver<T>(work: (receiver: Receiver) => Promise<T>): Promise<T>;
  /** Runs the work with a separate worker, which ends with the work. */
  withWorker<C extends Commands, T>(name: string, work: (worker: Worker<C>) => Promise<T>): Promise<T>;
  /** Creates an empty database. */
  emptyDatabase(): Promise<DatabaseAddress>;
  readonly natsUrl: string;
  /** The value of `--workers`. */
  readonly workers: number | undefined;
  /** Returns a number that marks the messages of one run. */
  nextRun(): number;
  say(text: string): void;
}

export interface ApartSettings {
  /**
   * The name of the service's database, which remains: a second service of the same name finds the data of the first.
   */
  readonly name: string;
  /** Settings that differ from their defaults, without the prefix `HUKZ_`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Arguments for Node, for example a module that the process loads before the program. */
  readonly nodeArguments?: readonly string[];
}
