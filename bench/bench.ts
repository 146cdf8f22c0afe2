import type { Database } from './database.js';
import type { Plan } from './plan.js';
import type { Receiver } from './receiver.js';
import type { Service } from './service.js';
import type { Pids } from './usage.js';
import type { Worker } from './worker.js';
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
  /** The same with a service of its own that takes its messages from JetStream. Starts it when first asked for. */
  overJetStream(): Promise<Bench>;
  /** A number that marks the messages of one run. */
  nextRun(): number;
  say(text: string): void;
}
