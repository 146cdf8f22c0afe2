import type { Environment } from '../config/read-environment.js';

/** The properties of the process that a command may use. */
export interface Invocation {
  readonly env: Environment;
  readonly cwd: string;
  readonly version: string;
}
