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
  /**
   * Instances die in it, and the others are to notice soon. In one that is not, a busy machine must not make an instance look
   * dead: what it held would come twice.
   */
  readonly isDeadly?: boolean;
  /** The part of the machine's two cores that it needs; default 1. */
  readonly weight?: 1 | 2 | 3;
  /** @throws {Skipped} */
  run(site: Site): Promise<void>;
  /** What has to be waited for before the account is closed. Other scenarios are begun meanwhile. */
  afterwards?(site: Site): Promise<void>;
}
