import type { Environment } from '../config/read-environment.js';

/** What a command knows of the process that runs it. */
export interface Invocation {
  readonly env: Environment;
  readonly cwd: string;
  readonly version: string;
}
