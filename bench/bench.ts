import type { Database, DatabaseAddress } from './database.js';
import type { Plan } from './plan.js';
import type { Receiver } from './receiver.js';
import type { Service } from './service.js';
import type { Pids } from './usage.js';
import type { Worker } from './worker.js';
import type { Commands } from './worker-protocol.js';
import type { PublisherCommands } from './workers/publisher.js';
import type { YardstickCommands } from './workers/yardstick.js';

/** Everything that runs, for a row to measure with. */
export interface Bench {
  readonly plan: Plan;
  readonly service: Service;
  readonly database: Database;
  readonly receiver: Receiver;
  readonly publisher: Worker<PublisherCommands>;
  readonly yardstick: Worker<YardstickCommands>;
  readonly pids: Pids;
  /** The same with a service of its own, for as long as the work lasts. */
  apart<T>(settings: ApartSettings, work: (bench: Bench) => Promise<T>): Promise<T>;
  /** One more receiver, for as long as the work lasts. */
  withReceiver<T>(work: (receiver: Receiver) => Promise<T>): Promise<T>;
  /** A worker of its own, for as long as the work lasts. */
  withWorker<C extends Commands, T>(name: string, work: (worker: Worker<C>) => Promise<T>): Promise<T>;
  /** An empty database. */
  emptyDatabase(): Promise<DatabaseAddress>;
  readonly natsUrl: string;
  /** Of `--workers`. */
  readonly workers: number | undefined;
  /** A number that marks the messages of one run. */
  nextRun(): number;
  say(text: string): void;
}

export interface ApartSettings {
  /** Of its database, which stays: a second service of the same name finds what the first left. */
  readonly name: string;
  /** What is not at its default, without the prefix `HUKZ_`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A module that the process loads before the program, and what Node is told besides. */
  readonly nodeArguments?: readonly string[];
}
