import type { Mode } from './mode.js';
import type { Site } from './site.js';

/** One line of what must be survived. After `run` the account of ids has to close. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Default: both. */
  readonly modes?: readonly Mode[];
  /**
   * In which modes a message may be lost that was published while a server was away, and that nobody had acknowledged.
   * Default: in none, so that every message must arrive.
   */
  readonly mayLose?: readonly Mode[];
  /** The part of the machine's two cores that it needs; default 1. */
  readonly weight?: 1 | 2 | 3;
  /** How long it may take, in all. Default: a minute, plus what the plan asks it to wait. */
  readonly limitMs?: number;
  /** @throws {Skipped} */
  run(site: Site): Promise<void>;
}
