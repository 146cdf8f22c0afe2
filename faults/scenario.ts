import type { Mode } from './mode.js';
import type { Site } from './site.js';

/** One fault that hukz must survive. After `run`, the account of ids has to close. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Default: both modes. */
  readonly modes?: readonly Mode[];
  /**
   * The modes in which a message may be lost that was published while a server was away and that was never
   * acknowledged. Default: none, so that every message must arrive.
   */
  readonly mayLose?: readonly Mode[];
  /**
   * Instances die in the scenario, and the others must notice soon. In other scenarios, a busy machine must not make an
   * instance look dead, because its deliveries would be sent twice.
   */
  readonly isDeadly?: boolean;
  /** The part of the machine's two cores that the scenario needs. Default 1. */
  readonly weight?: 1 | 2 | 3;
  /** @throws {Skipped} */
  run(site: Site): Promise<void>;
  /** Waits that have to end before the account is closed. Other scenarios start meanwhile. */
  afterwards?(site: Site): Promise<void>;
}
