import type { Config } from '../../config/config.js';
import type { CorrectedClock } from '../corrected-clock.js';
import type { Logger } from '../logger.js';

/** The objects that all parts of the app share. */
export interface Base {
  readonly config: Config;
  readonly version: string;
  readonly clock: CorrectedClock;
  readonly logger: Logger;
}

/** The name under which PostgreSQL and NATS show the connections of this process. */
export const applicationName = (version: string): string => `hukz/${version}`;
